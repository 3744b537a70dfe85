package peer

import (
	"encoding/binary"
	"net/netip"
)

// refusedPrefixes are the blocks of the IANA IPv4 and IPv6 Special-Purpose
// Address Registries (RFC 6890 and its updates) that no public server has.
// Addresses that carry an IPv4 address are looked through first: see embedded.
var refusedPrefixes = [...]netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),         // this network, RFC 791
	netip.MustParsePrefix("10.0.0.0/8"),        // private use, RFC 1918
	netip.MustParsePrefix("100.64.0.0/10"),     // shared address space, RFC 6598
	netip.MustParsePrefix("127.0.0.0/8"),       // loopback, RFC 1122
	netip.MustParsePrefix("169.254.0.0/16"),    // link local, RFC 3927; cloud metadata
	netip.MustParsePrefix("172.16.0.0/12"),     // private use, RFC 1918
	netip.MustParsePrefix("192.0.0.0/24"),      // IETF protocol assignments, RFC 6890
	netip.MustParsePrefix("192.0.2.0/24"),      // documentation, RFC 5737
	netip.MustParsePrefix("192.31.196.0/24"),   // AS112, RFC 7535
	netip.MustParsePrefix("192.52.193.0/24"),   // AMT, RFC 7450
	netip.MustParsePrefix("192.88.99.0/24"),    // 6to4 relay anycast, RFC 7526
	netip.MustParsePrefix("192.168.0.0/16"),    // private use, RFC 1918
	netip.MustParsePrefix("192.175.48.0/24"),   // AS112, RFC 7534
	netip.MustParsePrefix("198.18.0.0/15"),     // benchmarking, RFC 2544
	netip.MustParsePrefix("198.51.100.0/24"),   // documentation, RFC 5737
	netip.MustParsePrefix("203.0.113.0/24"),    // documentation, RFC 5737
	netip.MustParsePrefix("224.0.0.0/4"),       // multicast, RFC 5771
	netip.MustParsePrefix("240.0.0.0/4"),       // reserved and broadcast, RFC 1112
	netip.MustParsePrefix("2001::/23"),         // IETF protocol assignments, RFC 2928; Teredo
	netip.MustParsePrefix("2001:db8::/32"),     // documentation, RFC 3849
	netip.MustParsePrefix("2620:4f:8000::/48"), // AS112, RFC 7534
	netip.MustParsePrefix("3fff::/20"),         // documentation, RFC 9637
}

var (
	globalUnicast = netip.MustParsePrefix("2000::/3")        // RFC 4291 §2.4: all that IANA delegates
	nat64         = netip.MustParsePrefix("64:ff9b::/96")    // RFC 6052: the last 32 bits are an IPv4 address
	sixToFour     = netip.MustParsePrefix("2002::/16")       // RFC 3056: bits 16 to 47 are an IPv4 address
	siit          = netip.MustParsePrefix("::ffff:0:0:0/96") // RFC 2765 IPv4-translated
)

// publicAddress reports whether a public server may have address a.
func publicAddress(a netip.Addr) bool {
	a = embedded(a.WithZone(""))
	if !a.IsValid() {
		return false
	}
	if a.Is6() && !globalUnicast.Contains(a) {
		return false // ::, ::1, 100::/64, 5f00::/16, fc00::/7, fe80::/10, fec0::/10, ff00::/8 …
	}
	for _, p := range refusedPrefixes {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// loopbackAddress reports whether a is this machine, also when written as a
// mapped or translated address.
func loopbackAddress(a netip.Addr) bool { return embedded(a.WithZone("")).IsLoopback() }

// embedded returns the IPv4 address that a carries, or a itself. A guard that
// looks only at the outer address lets ::ffff:127.0.0.1 or 64:ff9b::7f00:1 by.
func embedded(a netip.Addr) netip.Addr {
	a = a.Unmap()
	if !a.Is6() {
		return a
	}
	b := a.As16()
	switch {
	case nat64.Contains(a), siit.Contains(a):
		return netip.AddrFrom4([4]byte(b[12:16]))
	case sixToFour.Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6]))
	case binary.BigEndian.Uint64(b[:8]) == 0 && binary.BigEndian.Uint32(b[8:12]) == 0 && binary.BigEndian.Uint32(b[12:]) > 1:
		return netip.AddrFrom4([4]byte(b[12:16])) // IPv4-compatible, deprecated by RFC 4291
	}
	return a
}
