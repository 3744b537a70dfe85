package vocab

import "strings"

const spdx = "https://spdx.org/licenses/"

// licenceURL is the page of an SPDX id.
func licenceURL(id string) string {
	if id == "" {
		return ""
	}
	return spdx + id
}

// licenceID reads a licence URL of ours or of Creative Commons back to an SPDX
// id, "" when it is neither.
func licenceID(url string) string {
	if id, ok := strings.CutPrefix(url, spdx); ok {
		return strings.TrimSuffix(id, ".html")
	}
	_, path, ok := strings.Cut(url, "creativecommons.org/")
	if !ok {
		return ""
	}
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case len(parts) >= 3 && parts[0] == "licenses":
		return "CC-" + strings.ToUpper(parts[1]) + "-" + parts[2]
	case len(parts) >= 3 && parts[0] == "publicdomain" && parts[1] == "zero":
		return "CC0-" + parts[2]
	}
	return ""
}
