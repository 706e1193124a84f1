package corpus

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// tcvn3Letters gives the letters that TCVN3 (ABC) fonts have, each with the character that stands for it when the bytes are
// read as Latin-1. Capitals with a tone mark have none: they are written in a capital font, whose name ends in H, by the
// codes of the small letters.
const tcvn3Letters = "Â¢ Ê£ Ô¤ àµ á¸ â© ã· èÌ éÐ êª ì× íÝ òß óã ô« õâ ùï úó ýý Ă¡ Đ§ Ơ¥ Ư¦ ă¨ " +
	"đ® ĩÜ ũò ơ¬ ư­ ạ¹ ả¶ ấÊ ầÇ ẩÈ ẫÉ ậË ắ¾ ằ» ẳ¼ ẵ½ ặÆ ẹÑ ẻÎ ẽÏ ếÕ ềÒ ểÓ ễÔ " +
	"ệÖ ỉØ ịÞ ọä ỏá ốè ồå ổæ ỗç ộé ớí ờê ởë ỡì ợî ụô ủñ ứø ừõ ửö ữ÷ ựù ỳú ỵþ " +
	"ỷû ỹü "

// vniLetters gives what VNI fonts write for each letter, read as Latin-1: mostly a base letter and a second character.
const vniLetters = "ÀAØ ÁAÙ ÂAÂ ÃAÕ ÈEØ ÉEÙ ÊEÂ ÌÌ ÍÍ ÒOØ ÓOÙ ÔOÂ ÕOÕ ÙUØ ÚUÙ ÝYÙ àaø áaù âaâ ãaõ èeø éeù êeâ ìì " +
	"íí òoø óoù ôoâ õoõ ùuø úuù ýyù ĂAÊ ĐÑ ĨÓ ŨUÕ ƠÔ ƯÖ ăaê đñ ĩó ũuõ ơô ưö ẠAÏ ẢAÛ ẤAÁ ẦAÀ " +
	"ẨAÅ ẪAÃ ẬAÄ ẮAÉ ẰAÈ ẲAÚ ẴAÜ ẶAË ẸEÏ ẺEÛ ẼEÕ ẾEÁ ỀEÀ ỂEÅ ỄEÃ ỆEÄ ỈÆ ỊÒ ỌOÏ ỎOÛ ỐOÁ ỒOÀ ỔOÅ ỖOÃ " +
	"ỘOÄ ỚÔÙ ỜÔØ ỞÔÛ ỠÔÕ ỢÔÏ ỤUÏ ỦUÛ ỨÖÙ ỪÖØ ỬÖÛ ỮÖÕ ỰÖÏ ỲYØ ỴÎ ỶYÛ ỸYÕ ạaï ảaû ấaá ầaà ẩaå ẫaã ậaä " +
	"ắaé ằaè ẳaú ẵaü ặaë ẹeï ẻeû ẽeõ ếeá ềeà ểeå ễeã ệeä ỉæ ịò ọoï ỏoû ốoá ồoà ổoå ỗoã ộoä ớôù ờôø " +
	"ởôû ỡôõ ợôï ụuï ủuû ứöù ừöø ửöû ữöõ ựöï ỳyø ỵî ỷyû ỹyõ "

// encodings reads the two tables.
var encodings = sync.OnceValue(func() map[string]map[rune]string {
	out := map[string]map[rune]string{}
	for name, table := range map[string]string{"tcvn3": tcvn3Letters, "vni": vniLetters} {
		out[name] = map[rune]string{}
		for _, entry := range strings.Fields(table) {
			rs := []rune(entry)
			out[name][rs[0]] = string(rs[1:])
		}
	}
	return out
})

// encode writes a text as a legacy font needs it; ok is false when the font lacks one of its letters.
func encode(s, encoding string) (out, font string, ok bool) {
	font = map[string]string{"tcvn3": ".VnTime", "vni": "VNI-Times"}[encoding]
	s = norm.NFC.String(s)
	if encoding == "tcvn3" && s == strings.ToUpper(s) && s != strings.ToLower(s) {
		s, font = strings.ToLower(s), ".VnTimeH"
	}
	var b strings.Builder
	for _, r := range s {
		switch code, known := encodings()[encoding][r]; {
		case known:
			b.WriteString(code)
		case r < unicode.MaxASCII || r == '\u00a0':
			b.WriteRune(r)
		default:
			return "", "", false
		}
	}
	return b.String(), font, true
}

// legacy writes the texts of a workbook in a font of the nineties. A text with a letter that the font lacks stays as it is.
func (w *world) legacy(b *book, name, encoding string) bool {
	done := false
	for _, p := range b.pages {
		for _, a := range p.sorted() {
			c := p.cells[a]
			if c.number || c.font != "" {
				continue
			}
			if s, font, ok := encode(c.text, encoding); ok {
				c.text, c.font = s, font
				done = true
			}
		}
		if done {
			p.hit(name, must)
		}
	}
	return done
}
