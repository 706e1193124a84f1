package annotate

// Intact lets tests hold any copy against what spreadsheet programs demand.
func Intact(data []byte) bool { return intact(data) }
