package store

// TablesForTest lists the tables that Copy moves or makes anew.
func TablesForTest() []string { return append(copied(), remade()...) }
