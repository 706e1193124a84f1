package record

import "testing"

// A name is held by a text that has all its words, whatever stands between or is glued to them; words of two texts make no name.
func TestATraceHoldsANameWhoseWordsStandInOneText(t *testing.T) {
	var trace Trace
	for _, key := range []string{"trong đó số lao động nữ", "lao động2018 15 tuổi", "tỷ lệ % kh"} {
		trace.Texts = append(trace.Texts, Words(key))
	}
	for name, want := range map[string]bool{
		"lao động nữ": true, "nữ lao động": true, "trong đó": true, "lao động": true, "lao động 15 tuổi": true, "kh tỷ lệ": true,
		"số lao động 15 tuổi": false, "lao động nam": false, "dong": false,
		"15": true, "": true, // without letters nothing can be told
	} {
		if got := trace.Holds(name); got != want {
			t.Errorf("%q is held: %v", name, got)
		}
	}
	if Words("12 %") != nil || len(Words("a a b 1")) != 3 {
		t.Error("words are a set, and only of a text with letters")
	}
}
