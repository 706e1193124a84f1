package text_test

import (
	"fmt"

	"github.com/phuluc/phuluc/transform/text"
)

func ExampleRepair() {
	fmt.Println(text.Repair("S¶n xuÊt c«ng nghiÖp"))
	fmt.Println(text.Repair("Xa \u0303hôi\u0323"))
	// Output:
	// Sản xuất công nghiệp
	// Xã hội
}

func ExampleKey() {
	fmt.Println(text.Key("Tỷ lệ HỘ NGHÈO,  Hoà Bình¹"))
	// Output: tỉ lệ hộ nghèo hòa bình
}

func ExampleParseNumber() {
	for _, s := range []string{"82.615 lao động", "15,8 nghìn người", "trên 99%", "24-24,5", "21,700 người", ".."} {
		n, err := text.ParseNumber(s, text.Unknown)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%s %s %q %v %q\n", n.Value, n.High.Decimal, n.Qualifier, n.Percent, n.Unit)
	}
	// Output:
	// 82615 0 "" false "lao động"
	// 15800 0 "" false "người"
	// 99 0 "at_least" true ""
	// 24 24.5 "" false ""
	// number "21,700 người": ambiguous: the separator may mark thousands or decimals; the column does not tell
	// number "..": no value (dots)
}

func ExamplePeriod() {
	fmt.Println(text.Period("Sơ bộ - Prel. 2016"))
	fmt.Println(text.Period("9 tháng đầu năm 2018"))
	// Output:
	// 2016 P true
	// 2018-01/2018-09  true
}
