package admin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/store"
)

const (
	archivesPath = "/admin/moves/archives"
	// archivesShown is how many archives the page lists, archiveRefusals how many
	// entries of one that are refused, archiveGroups into how many groups they are
	// counted.
	archivesShown   = 20
	archiveRefusals = 100
	archiveGroups   = 2000
	// archiveAtOnce is how many steps a request does itself: small archives need
	// no waiting.
	archiveAtOnce = 3
	// uploadTime is how long an archive may take to arrive.
	uploadTime = time.Hour
)

// ArchivesPage is where archives of organisations are brought.
type ArchivesPage struct {
	Base
	Archives []ArchiveLink
	MaxMB    int
}

// ArchiveLink is one archive in the list.
type ArchiveLink struct {
	Href, Name, Host, State, Who string
	At                           Moment
}

// ArchivePage is one archive: what it holds, what becomes of it.
type ArchivePage struct {
	Base
	Path, Name, Host, URI, State string
	Exported                     string
	// Progress is how far the work is, "" when nothing is being done; Error why it
	// stopped.
	Progress, Error string
	// Wait, Importable and Undoable say which buttons there are; InUse is why it
	// cannot be undone.
	Wait, Importable, Undoable, Ended bool
	InUse                             []string
	// Here is the page of the organisation, HereURI its id.
	Here, HereURI string
	// Words say in sentences what will be, or was, made.
	Words []string
	Kinds []ArchiveKind
	// Taken heads the column of what is, or will be, made; AnyHere and AnyRefused
	// say that there are entries for those columns.
	Taken               string
	AnyHere, AnyRefused bool
	Licences            []ArchiveLicence
	Refused             []ArchiveRefusal
	// More is how many refusals are not listed.
	More int
}

// ArchiveKind counts the entries of one kind.
type ArchiveKind struct {
	Label                   string
	N, Taken, Here, Refused int
	// Steps is the length of their history.
	Steps int
}

// ArchiveLicence counts the entries under one licence.
type ArchiveLicence struct {
	Label string
	N     int
}

// ArchiveRefusal is one entry that is not taken.
type ArchiveRefusal struct{ Name, URI, Why string }

// Archives is GET /admin/moves/archives.
func (a *Admin) Archives(w http.ResponseWriter, r *http.Request) error {
	return a.archives(w, r, http.StatusOK, "")
}

func (a *Admin) archives(w http.ResponseWriter, r *http.Request, status int, fault string) error {
	b, _, ok, err := a.open(w, r, "moves")
	if err != nil || !ok {
		return err
	}
	p := &ArchivesPage{Base: b, MaxMB: ledger.MaxArchiveBytes >> 20}
	p.headed(p.T("admin.archive.title"))
	if fault != "" {
		p.Fault, p.FaultAt = p.T("admin.archive.fault."+fault), "archive"
	}
	as, err := a.cfg.Store.Archives(r.Context(), archivesShown)
	if err != nil {
		return err
	}
	for _, ar := range as {
		org, err := a.cfg.Store.ArchiveEntry(r.Context(), ar.ID, 0)
		if err != nil {
			if err = tolerable(err); err != nil {
				return err
			}
			continue // forgotten meanwhile
		}
		p.Archives = append(p.Archives, ArchiveLink{Href: archivesPath + "/" + ar.ID, Name: org.Name, Host: hostOf(ar.Organisation),
			State: p.T("admin.archive.state." + string(ar.State)), Who: ar.WhoName, At: p.moment(ar.At)})
	}
	return a.pages.Page(w, r, status, "admin-archives", p)
}

func hostOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return ""
	}
	return u.Host
}

// PostArchives is POST /admin/moves/archives: a file that is taken in while it
// arrives. Who may not send one is told before it is read.
func (a *Admin) PostArchives(w http.ResponseWriter, r *http.Request) error {
	file, err := a.pages.Upload(w, r, uploadTime)
	if err != nil && (!errors.Is(err, directory.ErrInvalid) || tooBig(err)) {
		return err
	}
	who, notAllowed := a.who(r)
	switch {
	case notAllowed != nil:
		return notAllowed
	case err != nil:
		return a.archives(w, r, http.StatusUnprocessableEntity, "file")
	}
	ar, err := a.cfg.Ledger.BringArchive(r.Context(), who, file)
	var invalid directory.Invalid
	switch {
	case tooBig(err):
		return a.archives(w, r, http.StatusRequestEntityTooLarge, "big")
	case errors.As(err, &invalid):
		return a.archives(w, r, http.StatusUnprocessableEntity, "local")
	case errors.Is(err, directory.ErrInvalid):
		return a.archives(w, r, http.StatusUnprocessableEntity, "format")
	case err != nil:
		return err
	}
	if _, err := a.cfg.Ledger.WorkArchive(r.Context(), ar.ID, archiveAtOnce); err != nil {
		a.cfg.Logger.WarnContext(r.Context(), "archive", "error", err) // the job tries again
	}
	http.Redirect(w, r, archivesPath+"/"+ar.ID, http.StatusSeeOther)
	return nil
}

func tooBig(err error) bool {
	var big *http.MaxBytesError
	return errors.As(err, &big)
}

// Archive is GET /admin/moves/archives/{id}.
func (a *Admin) Archive(w http.ResponseWriter, r *http.Request) error {
	b, _, ok, err := a.open(w, r, "moves")
	if err != nil || !ok {
		return err
	}
	return a.archivePage(w, r, &ArchivePage{Base: b}, http.StatusOK)
}

func (a *Admin) archivePage(w http.ResponseWriter, r *http.Request, p *ArchivePage, status int) error {
	ctx := r.Context()
	ar, err := a.cfg.Store.Archive(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	org, err := a.cfg.Store.ArchiveEntry(ctx, ar.ID, 0)
	if err != nil {
		return err
	}
	p.headed(p.T("admin.archive.one", "name", org.Name))
	p.Path, p.Name, p.Host, p.URI = archivesPath+"/"+ar.ID, org.Name, hostOf(ar.Organisation), ar.Organisation
	p.State, p.Error = p.T("admin.archive.state."+string(ar.State)), ar.Error
	if !ar.Exported.IsZero() {
		p.Exported = p.DateTime(ar.Exported)
	}
	if err := a.fillArchive(ctx, p, ar, org); err != nil {
		return err
	}
	if err := a.fillRefusals(ctx, p, ar); err != nil {
		return err
	}
	if p.Progress != "" && r.Method == http.MethodGet {
		w.Header().Set("Refresh", refreshSeconds)
	}
	return a.pages.Page(w, r, status, "admin-archive", p)
}

// fillArchive counts what the archive holds and says what can be done with it.
func (a *Admin) fillArchive(ctx context.Context, p *ArchivePage, ar store.Archive, org store.ArchiveEntry) error {
	counts, err := a.cfg.Store.ArchiveCounts(ctx, ar.ID, archiveGroups)
	if err != nil {
		return err
	}
	n := map[store.ArchivedState]int{}
	total := 0
	for _, c := range counts {
		n[c.State] += c.N
		total += c.N
		p.count(c)
	}
	slices.SortStableFunc(p.Kinds, func(x, y ArchiveKind) int { return y.N - x.N })
	slices.SortStableFunc(p.Licences, func(x, y ArchiveLicence) int { return y.N - x.N })
	p.More, p.AnyHere, p.AnyRefused = n[store.ArchivedRefused], n[store.ArchivedPresent] > 0, n[store.ArchivedRefused]+n[store.ArchivedDeleted] > 0
	if p.Taken = p.T("admin.archive.taken"); n[store.ArchivedNew] > 0 {
		p.Taken = p.T("admin.archive.to_make")
	}
	left := map[store.ArchiveState]store.ArchivedState{store.ArchiveChecking: store.ArchivedUnread,
		store.ArchiveImporting: store.ArchivedNew, store.ArchiveUndoing: store.ArchivedMade}[ar.State]
	if left != "" {
		p.Progress = p.T("admin.archive.progress", "done", p.Number(total-n[left]), "total", p.Number(total))
	}
	if org.State == store.ArchivedMade || org.State == store.ArchivedPresent {
		p.Here, p.HereURI = "/"+org.Kind.Path()+"/"+org.ID, org.Here
	}
	p.Wait = ar.State == store.ArchiveWaiting
	p.Importable = p.Wait && (org.State == store.ArchivedNew || org.State == store.ArchivedPresent) && n[store.ArchivedUnread] == 0 && n[store.ArchivedNew] > 0
	p.Ended = ar.State == store.ArchiveDone || ar.State == store.ArchiveUndone
	p.say(n, org)
	if p.Wait {
		copies, err := a.cfg.Store.ArchiveCopies(ctx, ar.ID)
		if err == nil && copies > 0 {
			p.Words = append(p.Words, p.N("admin.archive.copies", copies))
		}
		return err
	}
	if ar.State != store.ArchiveDone || n[store.ArchivedMade] == 0 {
		return nil
	}
	use, err := a.cfg.Store.ArchiveUse(ctx, ar.ID)
	for _, u := range []struct {
		key string
		n   int
	}{{"changed", use.Changed}, {"added", use.Added}, {"followers", use.Followers}, {"moved", use.Moved}} {
		if u.n > 0 {
			p.InUse = append(p.InUse, p.N("admin.archive.use."+u.key, u.n))
		}
	}
	p.Undoable = err == nil && !use.Any()
	return err
}

// say puts the counts in sentences, none for what there is none of.
func (p *ArchivePage) say(n map[store.ArchivedState]int, org store.ArchiveEntry) {
	for _, state := range []store.ArchivedState{store.ArchivedNew, store.ArchivedMade, store.ArchivedUndone, store.ArchivedPresent, store.ArchivedDeleted, store.ArchivedRefused} {
		if n[state] > 0 {
			p.Words = append(p.Words, p.N("admin.archive.words."+string(state), n[state]))
		}
	}
	if p.Wait && (org.State == store.ArchivedRefused || org.State == store.ArchivedDeleted) {
		p.Words = append(p.Words, p.T("admin.archive.words.no_organisation"))
	}
}

// count adds a group to the tables.
func (p *ArchivePage) count(c store.ArchiveCount) {
	label := p.T("kind." + string(c.Kind))
	i := slices.IndexFunc(p.Kinds, func(k ArchiveKind) bool { return k.Label == label })
	if i < 0 {
		i = len(p.Kinds)
		p.Kinds = append(p.Kinds, ArchiveKind{Label: label})
	}
	k := &p.Kinds[i]
	k.N, k.Steps = k.N+c.N, k.Steps+c.Steps
	switch c.State {
	case store.ArchivedNew, store.ArchivedMade:
		k.Taken += c.N
	case store.ArchivedPresent:
		k.Here += c.N
	case store.ArchivedDeleted, store.ArchivedRefused:
		k.Refused += c.N
	}
	licence := p.T("admin.archive.no_licence")
	if c.Licence != "" {
		licence = c.Licence
		if known, ok := directory.LicenceByID(c.Licence); ok {
			licence = known.Name
		}
	}
	i = slices.IndexFunc(p.Licences, func(l ArchiveLicence) bool { return l.Label == licence })
	if i < 0 {
		i = len(p.Licences)
		p.Licences = append(p.Licences, ArchiveLicence{Label: licence})
	}
	p.Licences[i].N += c.N
}

func (a *Admin) fillRefusals(ctx context.Context, p *ArchivePage, ar store.Archive) error {
	es, err := a.cfg.Store.ArchiveEntries(ctx, ar.ID, store.ArchivedRefused, -1, archiveRefusals)
	for _, e := range es {
		var why []string
		for _, bad := range ledger.Refusal(e) {
			why = append(why, p.refusal(bad))
		}
		p.Refused = append(p.Refused, ArchiveRefusal{Name: e.Name, URI: e.URI, Why: strings.Join(why, " ; ")})
	}
	p.More -= len(es)
	return err
}

// refusal says what is wrong with a field, in the page's language when it can.
func (p *ArchivePage) refusal(bad directory.FieldError) string {
	field := bad.Field
	if i := strings.IndexAny(field, "[."); i > 0 {
		field = field[:i]
	}
	if p.Has("field." + field) {
		field = p.T("field." + field)
	} else {
		field = bad.Field
	}
	why := bad.Message
	if p.Has("fault." + bad.Code) {
		why = p.T("fault." + bad.Code)
	}
	return strings.TrimSpace(field + " " + why)
}

// PostArchive is POST /admin/moves/archives/{id}: one of the page's buttons.
func (a *Admin) PostArchive(w http.ResponseWriter, r *http.Request) error {
	who, err := a.post(w, r)
	if err != nil {
		return err
	}
	ctx, id, do := r.Context(), r.PathValue("id"), r.PostForm.Get("do")
	switch do {
	case "import":
		err = a.cfg.Ledger.ImportArchive(ctx, who, id)
	case "undo":
		err = a.cfg.Ledger.UndoArchive(ctx, who, id)
	case "forget":
		if err = a.cfg.Ledger.ForgetArchive(ctx, who, id); err == nil {
			done(w, r, archivesPath, "archive_forget")
			return nil
		}
	default:
		return directory.Invalid{{Field: "do", Code: "invalid", Message: "is no action"}}
	}
	if errors.Is(err, directory.ErrConflict) {
		b, _, ok, oerr := a.open(w, r, "moves")
		if oerr != nil || !ok {
			return oerr
		}
		p := &ArchivePage{Base: b}
		p.Fault = p.T("admin.archive.fault.meanwhile")
		return a.archivePage(w, r, p, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	if _, err := a.cfg.Ledger.WorkArchive(ctx, id, archiveAtOnce); err != nil {
		a.cfg.Logger.WarnContext(ctx, "archive", "error", err) // the job tries again
	}
	http.Redirect(w, r, page.Address(archivesPath+"/"+url.PathEscape(id), nil), http.StatusSeeOther)
	return nil
}
