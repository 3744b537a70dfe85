package proof

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"math/big"
	"strings"
)

// base58 is the alphabet of base58btc, multibase prefix 'z'.
const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// ed25519Prefix is the multicodec 0xed as a varint.
var ed25519Prefix = [...]byte{0xed, 0x01}

// EncodeMultikey writes an Ed25519 key as base58btc Multikey, "z6Mk…".
func EncodeMultikey(pub ed25519.PublicKey) string {
	return "z" + encodeBase58(append(ed25519Prefix[:], pub...))
}

// DecodeMultikey reads what EncodeMultikey writes; any other codec or length
// is ErrMalformed.
func DecodeMultikey(s string) (ed25519.PublicKey, error) {
	if len(s) > 128 || !strings.HasPrefix(s, "z") {
		return nil, fmt.Errorf("%w: not a base58btc multikey", ErrMalformed)
	}
	raw, err := decodeBase58(s[1:])
	if err != nil {
		return nil, err
	}
	key, ok := bytes.CutPrefix(raw, ed25519Prefix[:])
	if !ok || len(key) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("%w: not an Ed25519 multikey", ErrMalformed)
	}
	return ed25519.PublicKey(key), nil
}

func encodeBase58(raw []byte) string {
	n := new(big.Int).SetBytes(raw)
	radix, digit := big.NewInt(58), new(big.Int)
	var out []byte
	for n.Sign() > 0 {
		n.DivMod(n, radix, digit)
		out = append(out, base58[digit.Int64()])
	}
	for _, c := range raw {
		if c != 0 {
			break
		}
		out = append(out, base58[0])
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return string(out)
}

func decodeBase58(s string) ([]byte, error) {
	n, radix := new(big.Int), big.NewInt(58)
	for i := 0; i < len(s); i++ {
		d := strings.IndexByte(base58, s[i])
		if d < 0 {
			return nil, fmt.Errorf("%w: base58 digit", ErrMalformed)
		}
		n.Add(n.Mul(n, radix), big.NewInt(int64(d)))
	}
	zeros := len(s) - len(strings.TrimLeft(s, base58[:1]))
	return append(make([]byte, zeros), n.Bytes()...), nil
}
