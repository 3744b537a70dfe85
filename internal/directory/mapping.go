package directory

import "strings"

// List is a list of terms of another system that imports classify by.
type List string

// The lists that we can read. ListFree is for categories and tags in French or
// English of no known list: GoGoCarto maps and Karte von morgen hashtags.
const (
	ListTransforMap List = "transformap"
	ListFree        List = "free"
)

// transforMapThemes maps TransforMap's types of initiatives to themes.
var transforMapThemes = map[string]string{
	"community_garden": "jardin", "self_harvest": "jardin", "guerilla_garden": "jardin", "edible_town": "jardin",
	"other_growyourself": "jardin", "community_forestry": "foret", "seed_saving": "vivant",
	"permaculture_education": "vivant", "agroecology_education": "terre", "agro_empowerment": "terre",
	"agro_sucessionnetwork": "terre", "localcollective_ressource": "terre", "localcollective_ressources": "terre",
	"other_infraressource": "nature", "other_infraressources": "nature",
	"communitysupported_agriculture": "appro", "food_cooperative": "appro", "farm_shop": "appro", "slowfood": "appro",
	"local_farmersmarket": "appro", "directtrade": "appro", "foodpurchasing_combine": "appro", "vegetable_box": "appro",
	"virtual_directpurchase": "appro", "nopacking_shop": "appro", "other_buylocal": "appro", "fairtrade_shop": "appro",
	"fairtrade_wholesaler": "appro", "fairtrade_school": "appro", "fairtrade_town": "appro", "other_fairtrade": "appro",
	"food_souvereignity": "nourrir", "foodpolicy_council": "nourrir", "other_foodedunpolicy": "nourrir",
	"foodrescue": "entraide", "foodrescue_distribution": "entraide", "foodrescue_cuisine": "entraide",
	"other_foodrescue": "entraide", "foodbank": "entraide", "lowincome_supermarket": "entraide",
	"homeless_shelter": "entraide", "development_cooperation": "entraide", "mutualsociety_aid": "entraide",
	"mutual_insurance": "entraide", "other_mutualsociety": "entraide", "other_socialinclusion": "entraide",
	"socialinclusion_empowerment": "entraide", "socialinclusion_employment": "entraide",
	"cohousing": "logement", "ecovillage": "logement", "commune": "logement", "other_communities": "logement",
	"other_habitat": "habiter", "squatted_place": "tierslieu", "coworking": "tierslieu", "freespace": "tierslieu",
	"community_group":   "tierslieu",
	"mutualsociety_art": "culture", "eco_art": "culture",
	"sse_education": "educ", "other_education": "educ", "other_educatio": "educ", "consumerism_awareness": "educ",
	"entrepreneurship_education": "educ", "ethicalfinance_education": "educ", "waste_awareness": "educ",
	"bicycle_awareness": "mobilite", "bicycle_selfrepair": "mobilite", "sustainable_mobility": "mobilite",
	"recycling": "reemploi", "upcycling": "reemploi", "recycling_foodwaste": "reemploi", "repair_resale": "reemploi",
	"repair_cafe": "reemploi", "repairing": "reemploi", "other_repair": "reemploi", "used_goods": "reemploi",
	"giveaway_shop": "reemploi", "swap_market": "reemploi", "fleamarket": "reemploi", "garment_rental": "reemploi",
	"other_wastereduction": "reemploi", "other_reupcycle": "reemploi", "other_sharing": "reemploi",
	"collective_energy": "energie", "timebanking": "monnaie", "communitycurrency": "monnaie", "microfinance": "monnaie",
	"lending_central": "monnaie", "solidarity_lending": "monnaie", "other_finance": "monnaie",
	"social_incubators": "cooperer", "business_incubators": "cooperer",
	"participatory_budgeting": "assemblee", "directdemocracy": "assemblee", "citizen_council": "assemblee",
	"youth_council": "assemblee", "other_participation": "assemblee", "other_political": "gouverner",
	"sse_research": "recherche", "networking_initiative": "recherche", "ssedas_partner": "recherche", "ngo": "entraide",
}

// freeThemes maps folded category names and hashtags, as seen on GoGoCarto maps
// (Transiscope, Près de chez nous, Carteco) and on Karte von morgen, to themes.
var freeThemes = map[string]string{
	// nature
	"eau": "eau", "water": "eau", "riviere": "eau", "foret": "foret", "forest": "foret", "paturage": "foret",
	"mer": "littoral", "littoral": "littoral", "peche": "littoral", "semences": "vivant", "seeds": "vivant",
	"biodiversite": "vivant", "biodiversity": "vivant", "apiculture": "vivant", "permaculture": "vivant",
	"environnement": "nature", "ecologie": "nature", "climat": "nature", "climate": "nature", "climatejustice": "nature",
	"naturschutz": "nature",
	// food and land
	"agriculture et alimentation": "nourrir", "agriculture & alimentation": "nourrir", "alimentation": "nourrir",
	"alimentation durable": "nourrir", "food": "nourrir", "agriculture": "terre", "ferme": "terre", "farm": "terre",
	"jardin": "jardin", "jardin partage": "jardin", "jardins partages": "jardin", "jardinage": "jardin",
	"community-garden": "jardin", "urban-gardening": "jardin", "garten": "jardin", "verger": "jardin",
	"amap": "appro", "circuit court": "appro", "epicerie": "appro", "epicerie sociale": "entraide", "marche": "appro",
	"bio": "appro", "organic": "appro", "organic-food": "appro", "regional": "appro", "unverpackt": "appro", "vrac": "appro",
	"unpackaged": "appro", "solawi": "appro", "csa": "appro", "foodcoop": "appro", "supermarche cooperatif": "appro",
	// housing and city
	"habitat": "habiter", "habitat et urbanisme": "habiter", "logement": "logement", "habitat participatif": "logement",
	"habitat partage": "logement", "co-housing": "logement", "cohousing": "logement", "wohnprojekt": "logement",
	"eco-lieu": "logement", "ecolieu": "logement", "foncier": "foncier", "tiers-lieu": "tierslieu", "tiers lieu": "tierslieu",
	"tiers-lieux": "tierslieu", "coworking": "tierslieu", "co-working": "tierslieu", "cafe": "tierslieu",
	"cafe associatif": "tierslieu", "cafes": "tierslieu", "espace public": "espace",
	// care
	"sante": "sante", "bien-etre": "sante", "sante et bien-etre": "sante", "health": "sante", "solidarite": "entraide",
	"entraide": "entraide", "solidarity": "entraide", "refugees": "entraide", "accueil": "entraide", "insertion": "entraide",
	"enfance": "ages", "creche": "ages", "seniors": "ages",
	// knowledge
	"education": "educ", "formation": "educ", "education et formation": "educ", "education & formation": "educ",
	"bildung": "educ", "ecole": "educ", "culture": "culture", "culture, medias et lien social": "culture",
	"sortie & culture": "culture", "art": "culture", "medias": "culture", "media": "culture", "science": "science",
	// digital
	"numerique": "numerique", "logiciel libre": "logiciel", "free software": "logiciel", "opensource": "logiciel",
	"open-source": "logiciel", "opendata": "donnees", "open-data": "donnees", "donnees ouvertes": "donnees",
	"chatons": "hebergeur", "hebergeur": "hebergeur", "fablab": "fabrique", "fab lab": "fabrique", "makerspace": "fabrique",
	"hackerspace": "fabrique",
	// economy
	"economie et finance": "echanger", "economie & finance": "echanger", "economie sociale et solidaire": "echanger",
	"ess": "echanger", "energie": "energie", "energy": "energie", "mobilite": "mobilite", "mobility": "mobilite",
	"transport": "mobilite", "velo": "mobilite", "bike": "mobilite", "bikes": "mobilite", "fahrrad": "mobilite",
	"lastenrad": "mobilite", "repair": "reemploi", "repair-cafe": "reemploi", "repair cafe": "reemploi",
	"ressourcerie": "reemploi", "recyclerie": "reemploi", "recyclage": "reemploi", "reparation": "reemploi",
	"dechets": "reemploi", "ressources-dechets": "reemploi", "zero dechet": "reemploi", "sharing": "reemploi",
	"secondhand": "reemploi", "second-hand": "reemploi", "umsonstladen": "reemploi", "gratiferia": "reemploi",
	"monnaie locale": "monnaie", "sel": "monnaie", "finance": "monnaie", "cooperative": "cooperer", "scop": "cooperer",
	"scic": "cooperer", "coop": "cooperer", "genossenschaft": "cooperer", "platform co-op": "cooperer",
	// politics
	"citoyennete": "gouverner", "democratie": "assemblee", "democracy": "assemblee", "gouvernance": "assemblee",
	"assemblee": "assemblee", "droit": "droit", "reseau": "recherche", "network": "recherche", "recherche": "recherche",
}

// ThemesFor classifies terms of another list: the themes they map to, without
// doubles, in the order of the terms, and the terms that no table knows (they make
// tags). A term of ListFree may also be one of our own slugs or theme names.
func ThemesFor(list List, terms []string) (slugs, unknown []string) {
	seen := map[string]bool{}
	for _, term := range terms {
		slug := themeFor(list, term)
		switch {
		case slug == "":
			if t := strings.TrimSpace(term); t != "" {
				unknown = append(unknown, t)
			}
		case !seen[slug]:
			seen[slug] = true
			slugs = append(slugs, slug)
		}
	}
	return slugs, unknown
}

func themeFor(list List, term string) string {
	key := strings.TrimPrefix(Fold(term), "#")
	if list == ListTransforMap {
		return transforMapThemes[key]
	}
	if slug, ok := freeThemes[key]; ok {
		return slug
	}
	for _, t := range themes {
		if key == t.Slug || key == Fold(t.Name["fr"]) || key == Fold(t.Name["en"]) {
			return t.Slug
		}
	}
	return ""
}
