module mpscope/bench/gohttp

go 1.19
