# SPDX-License-Identifier: GPL-2.0
# Make the tables of "mpscope epoll" and "migrate" fit 100 columns: where one is
# wider, leave out the columns that hold nothing but zeros, and the comm, which
# its heading has said; then, from the right, what still does not fit. Say which.

/^ *tid +/ { flush_table(); in_table = 1 }
in_table && !/^ *([0-9]+|tid|total) / { flush_table() }
in_table && / more rows / { flush_table() }
in_table { line[++nr] = $0; next }
{ print }
END { flush_table() }

# What stands right of comm are numbers, and end where their title ends.
function read_titles(	rest, at)
{
	nr_titles = 0
	rest = line[1]
	at = 0
	while (match(rest, /[^ ]+/)) {
		title[++nr_titles] = substr(rest, RSTART, RLENGTH)
		from[nr_titles] = at + RSTART
		at += RSTART + RLENGTH - 1
		to[nr_titles] = at
		rest = substr(line[1], at + 1)
	}
}

function take(from_char, width,	row)
{
	for (row = 1; row <= nr; row++)
		line[row] = substr(line[row], 1, from_char - 1) \
			substr(line[row], from_char + width)
}

# Words are set from the left: the widest says how wide the column is.
function take_words(i,	row, cell, width)
{
	for (row = 1; row <= nr; row++) {
		cell = substr(line[row], from[i], to[i + 1] - from[i] + 1)
		sub(/ +[^ ]*$/, "", cell)
		if (length(cell) > width)
			width = length(cell)
	}
	take(from[i], width + 2)
}

function zeros(i,	row, cell)
{
	for (row = 2; row <= nr; row++) {
		cell = substr(line[row], to[i - 1] + 1, to[i] - to[i - 1])
		gsub(/ /, "", cell)
		if (cell != "0" && cell != "-")
			return 0
	}
	return 1
}

function flush_table(	i, row)
{
	if (!in_table)
		return
	in_table = 0
	zero = also = ""
	read_titles()
	if (length(line[1]) > 100) {
		for (i = nr_titles; title[i] != "comm"; i--)
			if (zeros(i)) {
				take(to[i - 1] + 1, to[i] - to[i - 1])
				zero = zero " " title[i]
			}
		take_words(i)
		also = " " title[i]
		read_titles()
		for (i = nr_titles; length(line[1]) > 100; i--) {
			take(to[i - 1] + 1, to[i] - to[i - 1])
			also = also " " title[i]
		}
	}
	for (row = 1; row <= nr; row++)
		print line[row]
	nr = 0
	if (also != "")
		print "(left out to fit:" also "; all 0:" zero ")"
}
