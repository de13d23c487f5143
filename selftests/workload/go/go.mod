module mpscope/workload

go 1.19
