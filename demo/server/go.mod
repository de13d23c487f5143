module mpscope/demo/server

go 1.19
