package gazetteer

// exonym gives the name under which the table knows a foreign city that people
// write in French, English or its own language; "" when it is not one. With
// no country only names that no French commune bears are translated.
func exonym(name, country string) string {
	var buf [maxKey * 2]byte
	k := string(key(buf[:0], name, false))
	for _, e := range exonyms {
		if e.key == k && (country == "" || country == e.country) {
			return e.name
		}
	}
	return ""
}

// exonyms are keys of other names, sorted by country, and the table's name.
var exonyms = [...]struct{ key, country, name string }{
	{"wien", "AT", "Vienna"}, {"vienne", "AT", "Vienna"}, {"salzbourg", "AT", "Salzburg"},
	{"bruxelles", "BE", "Brussels"}, {"brussel", "BE", "Brussels"}, {"antwerpen", "BE", "Antwerp"},
	{"anvers", "BE", "Antwerp"}, {"gand", "BE", "Gent"}, {"ghent", "BE", "Gent"}, {"louvain", "BE", "Leuven"},
	{"luik", "BE", "Liège"}, {"brugge", "BE", "Brugge"}, {"bruges", "BE", "Brugge"}, {"malines", "BE", "Mechelen"},
	{"ixelles", "BE", "Brussels"}, {"schaerbeek", "BE", "Brussels"}, {"st gilles", "BE", "Brussels"},
	{"sofia", "BG", "Sofia"}, {"sao paolo", "BR", "São Paulo"}, {"montreal", "CA", "Montréal"},
	{"geneva", "CH", "Genève"}, {"genf", "CH", "Genève"}, {"geneve", "CH", "Genève"}, {"zurich", "CH", "Zürich"},
	{"basle", "CH", "Basel"}, {"bale", "CH", "Basel"}, {"berne", "CH", "Bern"}, {"lucerne", "CH", "Luzern"},
	{"nicosie", "CY", "Nicosia"}, {"praha", "CZ", "Prague"}, {"munchen", "DE", "Munich"}, {"muenchen", "DE", "Munich"},
	{"koln", "DE", "Köln"}, {"koeln", "DE", "Köln"}, {"cologne", "DE", "Köln"}, {"nurnberg", "DE", "Nürnberg"}, {"nuremberg", "DE", "Nürnberg"},
	{"hanover", "DE", "Hannover"}, {"hanovre", "DE", "Hannover"}, {"hambourg", "DE", "Hamburg"}, {"francfort", "DE", "Frankfurt am Main"},
	{"frankfurt", "DE", "Frankfurt am Main"}, {"frankfurt main", "DE", "Frankfurt am Main"}, {"fribourg en brisgau", "DE", "Freiburg"},
	{"freiburg im breisgau", "DE", "Freiburg"}, {"aix la chapelle", "DE", "Aachen"}, {"dresde", "DE", "Dresden"}, {"mayence", "DE", "Mainz"},
	{"kobenhavn", "DK", "Copenhagen"}, {"copenhague", "DK", "Copenhagen"}, {"le caire", "EG", "Cairo"},
	{"barcelone", "ES", "Barcelona"}, {"seville", "ES", "Sevilla"}, {"valence", "ES", "Valencia"}, {"saragosse", "ES", "Zaragoza"},
	{"zaragoza", "ES", "Zaragoza"}, {"st sebastien", "ES", "San Sebastián"}, {"donostia", "ES", "San Sebastián"}, {"gasteiz", "ES", "Vitoria-Gasteiz"},
	{"londres", "GB", "London"}, {"edimbourg", "GB", "Edinburgh"}, {"athina", "GR", "Athens"}, {"athenes", "GR", "Athens"},
	{"thessalonique", "GR", "Thessaloníki"}, {"roma", "IT", "Rome"}, {"milano", "IT", "Milan"}, {"torino", "IT", "Turin"},
	{"napoli", "IT", "Naples"}, {"firenze", "IT", "Florence"}, {"venezia", "IT", "Venice"}, {"venise", "IT", "Venice"},
	{"genova", "IT", "Genoa"}, {"genes", "IT", "Genoa"}, {"bologne", "IT", "Bologna"}, {"padova", "IT", "Padova"}, {"padoue", "IT", "Padova"},
	{"padua", "IT", "Padova"}, {"mantova", "IT", "Mantova"}, {"palerme", "IT", "Palermo"}, {"siracusa", "IT", "Syracuse"},
	{"luxembourg ville", "LU", "Luxembourg"}, {"letzebuerg", "LU", "Luxembourg"}, {"den haag", "NL", "The Hague"}, {"la haye", "NL", "The Hague"},
	{"warszawa", "PL", "Warsaw"}, {"varsovie", "PL", "Warsaw"}, {"krakow", "PL", "Kraków"}, {"cracovie", "PL", "Kraków"},
	{"lisboa", "PT", "Lisbon"}, {"lisbonne", "PT", "Lisbon"}, {"bucuresti", "RO", "Bucharest"}, {"bucarest", "RO", "Bucharest"},
	{"beograd", "RS", "Belgrade"}, {"goteborg", "SE", "Göteborg"}, {"gothenburg", "SE", "Göteborg"}, {"washington d c", "US", "Washington"},
	{"new york", "US", "New York City"}, {"mexico", "MX", "Mexico City"}, {"moscou", "RU", "Moscow"}, {"pekin", "CN", "Beijing"},
	{"tokio", "JP", "Tokyo"}, {"seoul", "KR", "Seoul"}, {"katmandou", "NP", "Kathmandu"},
}
