package chronicle

import "codeberg.org/bocage/bocage/internal/directory"

// NamedEra is an era as data: an EDTF interval of years and its names.
type NamedEra struct {
	Period string             `json:"period"`
	Name   directory.LangText `json:"name"`
}

// DefaultEras are the eras that an instance starts with: the periods that school
// teaches in France, one after the other, then what mattered to commons beside
// them. Historians date each in other ways: an administrator may.
func DefaultEras() []NamedEra {
	era := func(period, fr, en string) NamedEra {
		return NamedEra{Period: period, Name: directory.LangText{"fr": fr, "en": en}}
	}
	return []NamedEra{
		era("-0500/0475", "Antiquité", "Antiquity"),
		era("0476/1491", "Moyen Âge", "Middle Ages"),
		era("1492/1788", "Temps modernes", "Early modern times"),
		era("1789/1829", "Révolutions", "Revolutions"),
		era("1830/1913", "Ère industrielle", "Industrial age"),
		era("1914/1944", "Guerres mondiales", "World wars"),
		era("1945/1972", "Trente Glorieuses", "Post-war boom"),
		era("1973/2007", "Mondialisation", "Globalisation"),
		era("2008/2030", "Crises et transitions", "Crises and transitions"),
		era("1000/1299", "Communes et défrichements", "Communes and clearings"),
		era("1604/1914", "Enclosures", "Enclosures"),
		era("1983/2030", "Logiciel libre et internet", "Free software and the internet"),
	}
}
