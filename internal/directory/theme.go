package directory

// Theme is one term of the default taxonomy.
type Theme struct {
	// Slug is stable: it is in URLs, documents and exports.
	Slug string
	// Parent is the slug of the root, "" for a root.
	Parent string
	Name   LangText
	// ExactMatch and CloseMatch name terms of other lists, "list:term" (SKOS
	// mapping relations), for the export of the taxonomy.
	ExactMatch, CloseMatch []string
}

// themes is the taxonomy: the eight roots, then their children in the roots'
// order. The index is the theme's number in every index; append only, and
// never beyond 64.
var themes = [...]Theme{
	{Slug: "nature", Name: LangText{"fr": "Communs de la nature", "en": "Nature commons"}, CloseMatch: []string{"transiscope:ecology-food-energy"}},
	{Slug: "nourrir", Name: LangText{"fr": "Alimentation et terre", "en": "Food and land"}, CloseMatch: []string{"presdecheznous:agriculture-alimentation", "carteco:sustainable-food"}},
	{Slug: "habiter", Name: LangText{"fr": "Habitat et ville", "en": "Housing and city"}, CloseMatch: []string{"transiscope:housing-planning", "presdecheznous:habitat", "carteco:building"}},
	{Slug: "soin", Name: LangText{"fr": "Soin et solidarité", "en": "Care and solidarity"}, CloseMatch: []string{"transiscope:well-being", "transiscope:citizenship-rights-solidarity"}},
	{Slug: "savoir", Name: LangText{"fr": "Connaissance et culture", "en": "Knowledge and culture"}, CloseMatch: []string{"transiscope:culture-media-social-ties"}},
	{Slug: "numerique", Name: LangText{"fr": "Numérique", "en": "Digital"}},
	{Slug: "echanger", Name: LangText{"fr": "Économie, énergie, mobilité", "en": "Economy, energy, mobility"}, CloseMatch: []string{"transiscope:social-economy", "presdecheznous:economie-finance"}},
	{Slug: "gouverner", Name: LangText{"fr": "Politiques du commun", "en": "Politics of the commons"}, CloseMatch: []string{"transiscope:citizenship-rights-solidarity"}},

	{Slug: "eau", Parent: "nature", Name: LangText{"fr": "Eau", "en": "Water"}},
	{Slug: "foret", Parent: "nature", Name: LangText{"fr": "Forêts et pâturages", "en": "Forests and pastures"}},
	{Slug: "littoral", Parent: "nature", Name: LangText{"fr": "Mer et littoral", "en": "Sea and coast"}},
	{Slug: "vivant", Parent: "nature", Name: LangText{"fr": "Semences et biodiversité", "en": "Seeds and biodiversity"}, CloseMatch: []string{"kvm:climate"}},

	{Slug: "terre", Parent: "nourrir", Name: LangText{"fr": "Terres en commun", "en": "Land held in common"}},
	{Slug: "jardin", Parent: "nourrir", Name: LangText{"fr": "Jardins partagés", "en": "Shared gardens"}},
	{Slug: "appro", Parent: "nourrir", Name: LangText{"fr": "Coopératives et circuits courts", "en": "Food co-ops and short chains"}, CloseMatch: []string{"kvm:organic-food", "kvm:unpackaged"}},
	{Slug: "ssa", Parent: "nourrir", Name: LangText{"fr": "Sécurité sociale de l'alimentation", "en": "Food social security"}},

	{Slug: "logement", Parent: "habiter", Name: LangText{"fr": "Habitat participatif", "en": "Co-housing"}, ExactMatch: []string{"kvm:co-housing"}},
	{Slug: "foncier", Parent: "habiter", Name: LangText{"fr": "Foncier solidaire", "en": "Community land trusts"}},
	{Slug: "tierslieu", Parent: "habiter", Name: LangText{"fr": "Tiers-lieux et lieux communs", "en": "Shared places"}, CloseMatch: []string{"kvm:cafes"}},
	{Slug: "espace", Parent: "habiter", Name: LangText{"fr": "Espaces publics", "en": "Public space"}},

	{Slug: "sante", Parent: "soin", Name: LangText{"fr": "Santé communautaire", "en": "Community health"}, CloseMatch: []string{"transiscope:well-being"}},
	{Slug: "entraide", Parent: "soin", Name: LangText{"fr": "Entraide et accueil", "en": "Mutual aid and welcome"}},
	{Slug: "ages", Parent: "soin", Name: LangText{"fr": "Enfance et grand âge", "en": "Childhood and old age"}},

	{Slug: "encyclo", Parent: "savoir", Name: LangText{"fr": "Savoirs partagés", "en": "Shared knowledge"}},
	{Slug: "educ", Parent: "savoir", Name: LangText{"fr": "Éducation", "en": "Education"}, ExactMatch: []string{"kvm:education"}, CloseMatch: []string{"transiscope:education-training", "presdecheznous:education-formation", "carteco:environmental-education"}},
	{Slug: "culture", Parent: "savoir", Name: LangText{"fr": "Culture, arts et médias", "en": "Culture, arts, media"}, CloseMatch: []string{"presdecheznous:sortie-culture"}},
	{Slug: "science", Parent: "savoir", Name: LangText{"fr": "Science ouverte", "en": "Open science"}},

	{Slug: "logiciel", Parent: "numerique", Name: LangText{"fr": "Logiciels libres", "en": "Free software"}},
	{Slug: "donnees", Parent: "numerique", Name: LangText{"fr": "Données et cartes ouvertes", "en": "Open data and maps"}},
	{Slug: "hebergeur", Parent: "numerique", Name: LangText{"fr": "Hébergement et services éthiques", "en": "Ethical hosting"}},
	{Slug: "fabrique", Parent: "numerique", Name: LangText{"fr": "Matériel libre et fabrication", "en": "Open hardware and making"}},

	{Slug: "energie", Parent: "echanger", Name: LangText{"fr": "Énergie citoyenne", "en": "Citizen energy"}},
	{Slug: "mobilite", Parent: "echanger", Name: LangText{"fr": "Mobilité partagée", "en": "Shared mobility"}, ExactMatch: []string{"transiscope:mobility", "presdecheznous:mobilite", "carteco:mobility"}, CloseMatch: []string{"kvm:bikes"}},
	{Slug: "reemploi", Parent: "echanger", Name: LangText{"fr": "Réparation et réemploi", "en": "Repair and reuse"}, CloseMatch: []string{"carteco:resources-waste", "kvm:free-shops-sharing-repair"}},
	{Slug: "monnaie", Parent: "echanger", Name: LangText{"fr": "Monnaies et financement solidaires", "en": "Local money and finance"}},
	{Slug: "cooperer", Parent: "echanger", Name: LangText{"fr": "Coopératives et plateformes", "en": "Co-ops and platforms"}, CloseMatch: []string{"ioo:platform-co-op", "ioo:co-op-run-platform"}},

	{Slug: "assemblee", Parent: "gouverner", Name: LangText{"fr": "Assemblées et chambres", "en": "Assemblies and chambers"}},
	{Slug: "pcp", Parent: "gouverner", Name: LangText{"fr": "Partenariats public-commun", "en": "Public-commons partnerships"}},
	{Slug: "droit", Parent: "gouverner", Name: LangText{"fr": "Droit et licences", "en": "Law and licences"}},
	{Slug: "recherche", Parent: "gouverner", Name: LangText{"fr": "Recherche et réseaux", "en": "Research and networks"}},
}

// rootCount is the number of roots at the head of themes.
const rootCount = 8

// themeNumbers maps a slug to its index in themes.
var themeNumbers = func() map[string]int {
	m := make(map[string]int, len(themes))
	for i, t := range themes {
		m[t.Slug] = i
	}
	return m
}()

// Themes returns the terms of the taxonomy, the eight roots first and then
// their children, in a fresh slice. The index is the theme's number.
func Themes() []Theme { return append([]Theme(nil), themes[:]...) }

// RootThemes returns the eight roots in a fresh slice.
func RootThemes() []Theme { return append([]Theme(nil), themes[:rootCount]...) }

// ThemeNumber is the theme's index in Themes, or -1 for an unknown slug.
func ThemeNumber(slug string) int {
	if n, ok := themeNumbers[slug]; ok {
		return n
	}
	return -1
}

// ThemeBySlug returns the theme, or false.
func ThemeBySlug(slug string) (Theme, bool) {
	n := ThemeNumber(slug)
	if n < 0 {
		return Theme{}, false
	}
	return themes[n], true
}

// ThemeRoot is the slug of the theme's root, itself for a root, or "" for an
// unknown slug.
func ThemeRoot(slug string) string {
	n := ThemeNumber(slug)
	switch {
	case n < 0:
		return ""
	case n < rootCount:
		return slug
	}
	return themes[n].Parent
}

// ThemeChildren returns the slugs of the children of a root, or nil.
func ThemeChildren(root string) []string {
	var children []string
	for _, t := range themes[rootCount:] {
		if t.Parent == root {
			children = append(children, t.Slug)
		}
	}
	return children
}

// ThemeMask has the bit ThemeNumber of each slug, and of its root, set. Unknown
// slugs add nothing.
func ThemeMask(slugs []string) uint64 {
	var mask uint64
	for _, s := range slugs {
		if n := ThemeNumber(s); n >= 0 {
			mask |= 1<<n | 1<<ThemeNumber(ThemeRoot(s))
		}
	}
	return mask
}

// ThemeFilterMask is the mask that selects entries of any of the slugs: a root
// selects its children too, because every entry's own ThemeMask has its roots'
// bits; a child selects only itself. An entry is kept when masks overlap.
func ThemeFilterMask(slugs []string) uint64 {
	var mask uint64
	for _, s := range slugs {
		if n := ThemeNumber(s); n >= 0 {
			mask |= 1 << n
		}
	}
	return mask
}

// DominantRoot is the number, 0 to 7, of the root of the entry's first known
// theme, or -1.
func DominantRoot(slugs []string) int {
	for _, s := range slugs {
		if r := ThemeRoot(s); r != "" {
			return ThemeNumber(r)
		}
	}
	return -1
}
