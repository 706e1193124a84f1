package text

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

// alphabet is full of what makes repair hard: marks, both Ds, TCVN3 codes, mojibake bytes, invisible characters.
var alphabet = []rune("aăâeêioôơuưyAEIOUbcdđghklmnpqrstvxĐÐðƉƣƢТеΟ１％áàảãạếộựỹ \u00a0\u0300\u0301\u0309\u0303\u0323\u0302\u0306\u031b" +
	"¶·¸¹µ¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÑ§«¬\u00adª¡¢£¤¥¦Ö×ØÜÝÞßåäæçëîïñ÷øûüþÃ¡áº»¯Ä‘°0123456789.,%-/()[]*\r\n\t\u200b\ufeff¹²³")

func randomText(r *rand.Rand) string {
	n := r.IntN(14)
	out := make([]rune, n)
	for i := range out {
		out[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(out)
}

func TestRepairAndKeyAreIdempotent(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		checkText(t, randomText(r))
	}
}

// asNumbers gives the digits of s and what separates them: nothing that mends letters may touch it.
func asNumbers(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r += '!' - '！'
		}
		if r < 0x80 && (r >= '0' && r <= '9' || strings.ContainsRune(".,%-/()[]+*<>", r)) {
			return r
		}
		return -1
	}, s)
}

// checkText holds what must be true of Repair, Key, Fold and Footnote for any text.
func checkText(t *testing.T, s string) {
	t.Helper()
	once := Repair(s)
	if twice := Repair(once); twice != once {
		t.Fatalf("Repair(%+q) = %+q, again %+q", s, once, twice)
	}
	if asNumbers(once) != asNumbers(s) {
		t.Fatalf("Repair(%+q) = %+q has other digits or signs", s, once)
	}
	key := Key(s)
	if again := Key(key); again != key {
		t.Fatalf("Key(%+q) = %+q, again %+q", s, key, again)
	}
	if of := Key(once); of != key {
		t.Fatalf("Key(%+q) = %+q, of the repaired text %+q", s, key, of)
	}
	for _, c := range []byte(Fold(s)) {
		if c >= 0x80 {
			t.Fatalf("Fold(%+q) = %+q is not ASCII", s, Fold(s))
		}
	}
}

// Every well-formed syllable survives every way of spelling it: either place of the tone mark, NFD, the mark at the end
// of the word, upper case, TCVN3.
func TestEverySyllableIsMended(t *testing.T) {
	set := tables()
	encode := map[rune]rune{}
	for code, r := range set.charsets["tcvn3"].codes {
		if code[1] == 0 {
			encode[r] = code[0]
		}
	}
	checked, vetoed := 0, 0
	for onset := range set.onsets {
		for r := range set.rimes {
			for tn := level; tn <= heavy; tn++ {
				w := word{at: -1}
				for _, c := range onset + r {
					l, _ := set.letter(c)
					w.add(l)
				}
				w.tone = tn
				n, rm, ok := set.parse(&w)
				if !ok {
					continue
				}
				if tn != level {
					w.at = n + int(rm.at)
				}
				right := string(set.spell(&w))
				if got := Repair(right); got != right {
					t.Fatalf("Repair(%q) = %q", right, got)
				}
				if k := Key(right); !set.clean(k) || Key(k) != k {
					t.Fatalf("Key(%q) = %q is not its own key", right, k)
				}
				checked++
				if tn == level {
					continue
				}
				for at := range w.n {
					moved := w
					moved.at = -1
					var wrong strings.Builder
					for i, c := range set.spell(&moved) {
						wrong.WriteRune(c)
						if i == at {
							wrong.WriteString(markOf(tn))
						}
					}
					want := right
					if rm.also >= 0 && at == n+int(rm.also) {
						other := w
						other.at = at
						want = string(set.spell(&other))
					}
					if got := Repair(wrong.String()); got != want {
						t.Fatalf("Repair(%+q) = %q, want %q", wrong.String(), got, want)
					}
					if Key(wrong.String()) != Key(right) {
						t.Fatalf("Key(%+q) != Key(%q)", wrong.String(), right)
					}
				}
				if old, ok := encodeTCVN3(right, encode); ok && w.n > 1 {
					// together with a word that is certain, the syllable converts whatever it looks like, unless only that is a known word
					if set.knows([]rune(old)) && !set.knows([]rune(right)) {
						vetoed++
					} else if got := Repair("N÷ " + old); got != "Nữ "+right {
						t.Fatalf("Repair(%q) = %q, want %q", "N÷ "+old, got, "Nữ "+right)
					}
				}
			}
		}
	}
	if checked < 15_000 || vetoed > 200 {
		t.Errorf("%d syllables, %d not converted", checked, vetoed)
	}
}

func encodeTCVN3(s string, encode map[rune]rune) (string, bool) {
	out := []rune(s)
	for i, r := range out {
		if r < 0x80 {
			continue
		}
		b, ok := encode[r]
		if !ok {
			return "", false
		}
		out[i] = b
	}
	return string(out), true
}

// format writes whole and fraction digits with the given separators.
func format(whole, fraction, thousands, mark string) string {
	var out strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			out.WriteString(thousands)
		}
		out.WriteRune(c)
	}
	if fraction != "" {
		out.WriteString(mark + fraction)
	}
	return out.String()
}

func randomDigits(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0' + byte(r.IntN(10))
	}
	if n > 0 && b[0] == '0' {
		b[0] = '1' + byte(r.IntN(9))
	}
	return string(b)
}

// rat is the reference: the value of the digits as an exact fraction, computed without the code under test.
func rat(t *testing.T, sign, whole, fraction string, power int) *big.Rat {
	t.Helper()
	v, ok := new(big.Int).SetString(sign+whole+fraction, 10)
	if !ok {
		t.Fatalf("digits %q %q", whole, fraction)
	}
	ten := func(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }
	return new(big.Rat).SetFrac(new(big.Int).Mul(v, ten(power)), ten(len(fraction)))
}

// Guards invariant 8: numbers are exact.
func TestParseNumberAgreesWithExactArithmetic(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	scales := []struct {
		word  string
		power int
	}{{"", 0}, {"", 0}, {"", 0}, {" nghìn", 3}, {" ngàn", 3}, {" triệu", 6}, {" tỷ", 9}, {" tỉ", 9}}
	units := []string{"", "", "%", " người", " lao động", "¹", " (*)"}
	for range 120_000 {
		whole := randomDigits(r, 1+r.IntN(9))
		fraction := ""
		if r.IntN(2) == 0 {
			fraction = randomDigits(r, 1+r.IntN(10))
		}
		sign := ""
		if r.IntN(5) == 0 {
			sign = "-"
		}
		scale := scales[r.IntN(len(scales))]
		unit := units[r.IntN(len(units))]
		if unit == "%" {
			scale = scales[0]
		}
		style, thousands, mark := Vietnamese, ".", ","
		if r.IntN(3) == 0 {
			style, thousands, mark = English, ",", "."
		}
		if r.IntN(4) == 0 {
			thousands = ""
		}
		in := sign + format(whole, fraction, thousands, mark) + scale.word + unit
		n, err := ParseNumber(in, style)
		if unit == "%" && fraction == "" && thousands != "" && len(whole) > 3 && len(whole) <= 6 {
			var e *NumberError
			if !errors.As(err, &e) || e.Reason != ReasonAmbiguous {
				t.Fatalf("%q: %v, want ambiguous", in, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%q (%d): %v", in, style, err)
		}
		if want := rat(t, sign, whole, fraction, scale.power); n.Value.Rat().Cmp(want) != 0 {
			t.Fatalf("%q (%d) = %s, want %s", in, style, n.Value, want.RatString())
		}
		if n.Percent != (unit == "%") || n.Scale != int32(scale.power) || n.Qualifier != "" {
			t.Fatalf("%q = %+v", in, n)
		}
	}
}

// Guards invariant 8: a range stays a range.
func TestRangesAgreeWithExactArithmetic(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	dashes := []string{"-", " - ", "–", " – ", " đến "}
	for range 20_000 {
		a, b := randomDigits(r, 1+r.IntN(6)), randomDigits(r, 7+r.IntN(3))
		f := randomDigits(r, r.IntN(3))
		in := format(a, f, ".", ",") + dashes[r.IntN(len(dashes))] + format(b, f, ".", ",") + " người"
		n, err := ParseNumber(in, Vietnamese)
		if err != nil || !n.High.Valid || n.Value.Rat().Cmp(rat(t, "", a, f, 0)) != 0 || n.High.Decimal.Rat().Cmp(rat(t, "", b, f, 0)) != 0 {
			t.Fatalf("%q = %+v, %v", in, n, err)
		}
	}
}

// Guards invariant 9: nothing is guessed. The reading never depends on the style when the text has one reading only.
func TestUnknownStyleNeverContradictsTheRightOne(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	refused, agreed := 0, 0
	for range 50_000 {
		in := format(randomDigits(r, 1+r.IntN(8)), randomDigits(r, r.IntN(5)), ".", ",")
		right, err := ParseNumber(in, Vietnamese)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseNumber(in, Unknown)
		if err != nil {
			var e *NumberError
			if !errors.As(err, &e) || e.Reason != ReasonAmbiguous {
				t.Fatal(err)
			}
			refused++
			continue
		}
		if !got.Value.Equal(right.Value) {
			t.Fatalf("%q = %s, with the right style %s", in, got.Value, right.Value)
		}
		agreed++
	}
	if refused == 0 || agreed == 0 {
		t.Errorf("refused %d, agreed %d", refused, agreed)
	}
}

// Guards invariant 8: numbers are exact.
func TestFromFloatAgreesWithExactArithmetic(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 50_000 {
		// What a clerk types has at most 15 digits; the double nearest to it must give it back.
		whole, fraction := randomDigits(r, 1+r.IntN(7)), randomDigits(r, r.IntN(9))
		want := decimal.RequireFromString(whole + "." + fraction + "0")
		f, _ := want.Float64()
		for _, raw := range []string{fmt.Sprintf("%.17g", f), fmt.Sprintf("%.17e", f), fmt.Sprint(f)} {
			d, cut, err := FromFloat(raw)
			if err != nil || cut || !d.Equal(want) {
				t.Fatalf("FromFloat(%q) = %s %v %v, want %s", raw, d, cut, err, want)
			}
		}
	}
}
