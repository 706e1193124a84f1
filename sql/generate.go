package sql

//go:generate go test -run TestDataDictionaryIsFresh -update .
