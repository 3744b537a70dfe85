package directory

// Licence is a licence that an entry's data or a source may have.
type Licence struct {
	// ID is the SPDX identifier.
	ID string
	// Name is what people call it.
	Name string
	// URL is its text.
	URL string
}

// licences are the SPDX ids that the directory accepts, most used first.
var licences = [...]Licence{
	{"CC0-1.0", "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"},
	{"CC-BY-4.0", "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"},
	{"CC-BY-SA-4.0", "CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"},
	{"ODbL-1.0", "ODbL 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"},
	{"ODC-By-1.0", "ODC-By 1.0", "https://opendatacommons.org/licenses/by/1-0/"},
	{"PDDL-1.0", "PDDL 1.0", "https://opendatacommons.org/licenses/pddl/1-0/"},
	{"etalab-2.0", "Licence Ouverte 2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"},
	{"OGL-UK-3.0", "Open Government Licence 3.0", "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"},
	{"CC-BY-3.0", "CC BY 3.0", "https://creativecommons.org/licenses/by/3.0/"},
	{"CC-BY-SA-3.0", "CC BY-SA 3.0", "https://creativecommons.org/licenses/by-sa/3.0/"},
	{"CC-BY-2.0", "CC BY 2.0", "https://creativecommons.org/licenses/by/2.0/"},
	{"CC-BY-SA-2.0", "CC BY-SA 2.0", "https://creativecommons.org/licenses/by-sa/2.0/"},
	{"CC-BY-NC-4.0", "CC BY-NC 4.0", "https://creativecommons.org/licenses/by-nc/4.0/"},
	{"CC-BY-NC-SA-4.0", "CC BY-NC-SA 4.0", "https://creativecommons.org/licenses/by-nc-sa/4.0/"},
	{"CC-BY-ND-4.0", "CC BY-ND 4.0", "https://creativecommons.org/licenses/by-nd/4.0/"},
	{"CC-BY-NC-ND-4.0", "CC BY-NC-ND 4.0", "https://creativecommons.org/licenses/by-nc-nd/4.0/"},
	{"GFDL-1.3-or-later", "GFDL 1.3", "https://www.gnu.org/licenses/fdl-1.3.html"},
	{"LAL-1.3", "Licence Art Libre 1.3", "https://artlibre.org/licence/lal/"},
	{"AGPL-3.0-only", "AGPL 3.0", "https://www.gnu.org/licenses/agpl-3.0.html"},
	{"AGPL-3.0-or-later", "AGPL 3.0+", "https://www.gnu.org/licenses/agpl-3.0.html"},
	{"GPL-2.0-only", "GPL 2.0", "https://www.gnu.org/licenses/gpl-2.0.html"},
	{"GPL-2.0-or-later", "GPL 2.0+", "https://www.gnu.org/licenses/gpl-2.0.html"},
	{"GPL-3.0-only", "GPL 3.0", "https://www.gnu.org/licenses/gpl-3.0.html"},
	{"GPL-3.0-or-later", "GPL 3.0+", "https://www.gnu.org/licenses/gpl-3.0.html"},
	{"LGPL-3.0-or-later", "LGPL 3.0+", "https://www.gnu.org/licenses/lgpl-3.0.html"},
	{"MIT", "MIT", "https://opensource.org/license/mit"},
	{"Apache-2.0", "Apache 2.0", "https://www.apache.org/licenses/LICENSE-2.0"},
	{"BSD-3-Clause", "BSD 3-Clause", "https://opensource.org/license/bsd-3-clause"},
	{"MPL-2.0", "MPL 2.0", "https://www.mozilla.org/MPL/2.0/"},
	{"EUPL-1.2", "EUPL 1.2", "https://eupl.eu/1.2/en/"},
	{"CERN-OHL-S-2.0", "CERN OHL-S 2.0", "https://ohwr.org/cern_ohl_s_v2.txt"},
	{"CERN-OHL-W-2.0", "CERN OHL-W 2.0", "https://ohwr.org/cern_ohl_w_v2.txt"},
	{"CERN-OHL-P-2.0", "CERN OHL-P 2.0", "https://ohwr.org/cern_ohl_p_v2.txt"},
}

// Licences returns the accepted licences, most used first, in a fresh slice.
func Licences() []Licence { return append([]Licence(nil), licences[:]...) }

// LicenceByID returns the licence with an SPDX id, or false.
func LicenceByID(id string) (Licence, bool) {
	for _, l := range licences {
		if l.ID == id {
			return l, true
		}
	}
	return Licence{}, false
}

// LicenceByURL returns the licence with this URL, or false.
func LicenceByURL(url string) (Licence, bool) {
	for _, l := range licences {
		if l.URL == url {
			return l, true
		}
	}
	return Licence{}, false
}

// KnownLicence reports whether id is one of Licences.
func KnownLicence(id string) bool {
	_, ok := LicenceByID(id)
	return ok
}
