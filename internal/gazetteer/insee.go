package gazetteer

import (
	"fmt"
	"strconv"
)

// Corsican codes are numbers but for their second sign: 2A004 is kept as
// 100000 + 20004, 2B033 as 200000 + 20033.
const corse = 100_000

func inseeNumber(code string) uint32 {
	if len(code) != 5 {
		return 0
	}
	add := uint32(0)
	switch code[1] {
	case 'A':
		add = corse
	case 'B':
		add = 2 * corse
	}
	digits := code
	if add > 0 {
		digits = code[:1] + "0" + code[2:]
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n) + add
}

func inseeCode(n uint32) string {
	s := fmt.Sprintf("%05d", n%corse)
	switch n / corse {
	case 1:
		return s[:1] + "A" + s[2:]
	case 2:
		return s[:1] + "B" + s[2:]
	}
	return s
}

// department is the code of the département of an INSEE code or postcode
// number; postcodes of Corsica (20xxx) give "20".
func department(n uint32) string {
	code := inseeCode(n)
	if code[0] == '9' && (code[1] == '7' || code[1] == '8') {
		return code[:3]
	}
	return code[:2]
}

// sameDepartment reports whether a postcode is in the département of a commune.
func sameDepartment(postcode, insee uint32) bool {
	if insee >= corse {
		return postcode/1000 == 20
	}
	if postcode/1000 == 97 || postcode/1000 == 98 {
		return postcode/100 == insee/100
	}
	return postcode/1000 == insee/1000
}
