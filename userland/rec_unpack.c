// SPDX-License-Identifier: GPL-2.0
/*
 * Packed parts of a recording. The two libraries are looked for when they are
 * needed: trace-cmd packs with one that it found where it recorded, and most
 * files can be read without either.
 */
#include "rec_dat.h"

#include <dlfcn.h>
#include <stddef.h>

/* As in zlib.h and zstd.h, which need not be there to build this. */
static int (*zlib_uncompress)(uint8_t *to, unsigned long *to_len,
			      const uint8_t *from, unsigned long from_len);
static size_t (*zstd_decompress)(void *to, size_t to_len, const void *from,
				 size_t from_len);

/* ISO C has no conversion of an object's pointer to a function's. */
static bool find(const char *lib, const char *name, void *fn, size_t size)
{
	void *handle = dlopen(lib, RTLD_NOW), *sym;

	sym = handle ? dlsym(handle, name) : NULL;
	__builtin_memcpy(fn, &sym, size);
	return sym;
}

const char *mps_unpack_ready(enum mps_packing packing)
{
	if (packing == MPS_PACK_ZLIB && !zlib_uncompress &&
	    !find("libz.so.1", "uncompress", &zlib_uncompress,
		  sizeof(zlib_uncompress)))
		return "it is packed with zlib, and libz.so.1 is not here: install zlib1g";
	if (packing == MPS_PACK_ZSTD && !zstd_decompress &&
	    !find("libzstd.so.1", "ZSTD_decompress", &zstd_decompress,
		  sizeof(zstd_decompress)))
		return "it is packed with zstd, and libzstd.so.1 is not here: install libzstd1";
	return NULL;
}

bool mps_unpack(enum mps_packing packing, void *to, size_t to_len,
		const void *from, size_t from_len)
{
	unsigned long len = to_len;

	if (packing == MPS_PACK_ZSTD && zstd_decompress)
		return zstd_decompress(to, to_len, from, from_len) == to_len;
	if (packing == MPS_PACK_ZLIB && zlib_uncompress)
		return !zlib_uncompress(to, &len, from, from_len) &&
		       len == to_len;
	return false;
}
