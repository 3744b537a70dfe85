package site

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/discussion"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/store"
)

// threadsPage is how many threads, answers included, one page of an entry shows.
const threadsPage = 30

// DiscussionView is what is said about an entry.
type DiscussionView struct {
	*i18n.Locale
	Threads []*ReplyView
	// Title has the number of replies; Empty says that there is none.
	Title, Empty string
	// Closed says that no new replies are taken.
	Closed bool
	// URI is what to look up from another server to answer, Handle whom to
	// write to where the entry is an actor; PageURL is its page.
	URI, Handle, PageURL string
	// FeedHref is the Atom feed, Older and Newer other pages of threads.
	FeedHref, Older, Newer string
	// Editor shows the buttons; Action takes them, with Token.
	Editor        bool
	Action, Token string
	// Waiting says how many replies wait, "" for none.
	Waiting string
	Rules   []Option
	Langs   []Option
	// Done is what the last action did, Fault why it did not work, Kept the text
	// that could not be sent; each may be "".
	Done, Fault, Kept string
	// Reactions says how many liked and shared it, "" for nobody.
	Reactions string
}

// ReplyView is one reply with its answers.
type ReplyView struct {
	D                        *DiscussionView
	ID                       string
	Name, Initial, Handle    string
	Href                     string
	Machine, When, Edited    string
	Body                     sanitize.HTML
	Lang, Warning, Media, To string
	// Note says how it stands, for editors; "" when it is simply shown.
	Note          string
	Gone, Pending bool
	Hidden, Ours  bool
	Answers       []*ReplyView
	// Text and Langs fill the form of an answer, or of an edit of ours; Open
	// shows it at once, with Fault.
	Text, Fault string
	Open        bool
	Langs       []Option
}

// typed is what an editor sent that could not be done.
type typed struct {
	reply, text, lang string
	status            int
	fault             string
	lost              bool // not signed in any more
}

// discuss puts the discussion on the page of a local public entry.
func (s *Site) discuss(w http.ResponseWriter, r *http.Request, p *EntryPage, e directory.Entry, sent *typed) error {
	if s.cfg.Discussions == nil || e.Origin != "" || !e.Status.Public() {
		return nil
	}
	who := auth.From(r.Context()).Who()
	editor := s.cfg.Ledger != nil && who.MayEdit(&e)
	t, err := s.cfg.Discussions.Thread(r.Context(), &e, editor)
	if err != nil {
		return err
	}
	likes, shares, err := s.cfg.Discussions.Counts(r.Context(), e.ID)
	if err != nil {
		return err
	}
	here := "/" + e.Kind.Path() + "/" + e.ID
	d := &DiscussionView{Locale: p.Locale, Closed: t.Rule == directory.DiscussionOff, PageURL: p.Canonical,
		FeedHref: here + "/discussion.atom", Editor: editor, Action: here + "/discussion", Title: p.N("discussion.title", t.Shown)}
	if d.URI = e.URI; e.Kind.IsActor() {
		d.URI, d.Handle = "", "@"+e.Handle+"@"+s.pages.Host()
	}
	if len(t.Roots) == 0 {
		d.Title, d.Empty = p.T("discussion.heading"), p.T("discussion.empty")
	}
	if likes > 0 {
		d.Reactions = p.N("discussion.likes", likes)
	}
	if shares > 0 {
		d.Reactions = join(d.Reactions, p.N("discussion.shares", shares))
	}
	if editor {
		if err := s.editDiscussion(w, r, d, &e, t); err != nil {
			return err
		}
	}
	if sent != nil {
		d.Fault = sent.fault
		if sent.lost {
			d.Kept = sent.text
		}
	}
	roots := d.turn(r, entryPath(directory.Public(e)), t.Roots)
	for _, n := range roots {
		d.Threads = append(d.Threads, d.reply(n, p.Now, sent))
	}
	p.Discussion = d
	p.Alternates = append(p.Alternates, page.Alternate{Type: "application/atom+xml", Href: d.FeedHref, Title: d.T("discussion.heading")})
	return nil
}

// editDiscussion adds what editors alone see.
func (s *Site) editDiscussion(w http.ResponseWriter, r *http.Request, d *DiscussionView, e *directory.Entry, t discussion.Thread) error {
	var err error
	if d.Token, err = s.pages.Token(w, r); err != nil {
		return err
	}
	if t.Waiting > 0 {
		d.Waiting = d.N("discussion.waiting", t.Waiting)
	}
	standard, err := discussion.Rule(r.Context(), s.cfg.Store.Reader)
	if err != nil {
		return err
	}
	d.Rules = []Option{{"", d.T("discussion.rule.instance", "rule", d.T("discussion.rule."+string(standard))), e.Discussion == ""}}
	for _, rule := range directory.Discussions() {
		d.Rules = append(d.Rules, Option{string(rule), d.T("discussion.rule." + string(rule)), e.Discussion == rule})
	}
	if done := r.URL.Query().Get("done"); done != "" && d.Has("discussion.done."+done) {
		d.Done = d.T("discussion.done." + done)
	}
	return nil
}

// turn is the page of threads that is asked for.
func (d *DiscussionView) turn(r *http.Request, here string, roots []*discussion.Node) []*discussion.Node {
	n, _ := strconv.Atoi(r.URL.Query().Get("replies")) // absent or malformed is the first
	last := (len(roots) - 1) / threadsPage
	n = max(0, min(n, last))
	link := func(n int) string {
		return page.Address(here, url.Values{"replies": {strconv.Itoa(n)}}) + "#discussion"
	}
	if n > 0 {
		d.Older = link(n - 1)
	}
	if n < last {
		d.Newer = link(n + 1)
	}
	return roots[min(n*threadsPage, len(roots)):min((n+1)*threadsPage, len(roots))]
}

// reply is one node as the page shows it.
func (d *DiscussionView) reply(n *discussion.Node, now time.Time, sent *typed) *ReplyView {
	v := &ReplyView{D: d, ID: n.ID, Gone: n.Gone, To: n.To}
	for _, a := range n.Answers {
		v.Answers = append(v.Answers, d.reply(a, now, sent))
	}
	if n.Gone {
		return v
	}
	v.Name, v.Handle, v.Href = n.Name, n.Handle, sanitize.URL(n.URL)
	if v.Name == "" {
		v.Name = n.Handle
	}
	if v.Name == "" {
		v.Name = originHost(n.Origin)
	}
	if v.Handle != "" {
		v.Handle = "@" + strings.TrimPrefix(v.Handle, "@")
	}
	v.Initial = initial(v.Name)
	v.Machine, v.When = n.Published.UTC().Format(time.RFC3339), d.Relative(n.Published, now)
	if !n.Updated.IsZero() {
		v.Edited = d.T("discussion.edited", "when", d.Relative(n.Updated, now))
	}
	v.Body, v.Lang, v.Warning = sanitize.Comment(n.Body), n.Lang, n.Warning
	if v.Lang == d.Tag {
		v.Lang = ""
	}
	if n.Media > 0 {
		v.Media = d.N("discussion.media", n.Media)
	}
	v.Pending, v.Hidden, v.Ours = n.State == store.ReplyPending, n.State == store.ReplyHidden, n.Origin == ""
	d.stands(v, n, sent)
	return v
}

// stands says to editors how a reply stands, and fills its form.
func (d *DiscussionView) stands(v *ReplyView, n *discussion.Node, sent *typed) {
	if !d.Editor {
		return
	}
	switch {
	case v.Pending && n.Reason == "edited":
		v.Note = d.T("discussion.note.edited")
	case v.Pending && n.Reason == "silenced":
		v.Note = d.T("discussion.note.silenced")
	case v.Pending:
		v.Note = d.T("discussion.note.pending")
	case v.Hidden:
		v.Note = d.T("discussion.note.hidden", "who", n.DecidedBy)
		if n.DecidedBy == "" {
			v.Note = d.T("discussion.note.hidden_rule")
		}
	}
	lang := d.Tag
	if n.Lang != "" {
		lang = n.Lang
	}
	if v.Ours {
		v.Text = sanitize.Plain(n.Body)
	}
	if sent != nil && sent.reply == n.ID && !sent.lost {
		v.Open, v.Text, v.Fault, lang = true, sent.text, sent.fault, sent.lang
		d.Fault = ""
	}
	v.Langs = languageOptions(d.Locale, lang)
}

// answerLanguages are those that the form of an answer offers beside the reply's.
var answerLanguages = []string{"fr", "en", "br", "oc", "es", "de", "it", "pt", "nl", "ca", "eu", "co"}

func languageOptions(l *i18n.Locale, chosen string) []Option {
	var out []Option
	found := false
	for _, tag := range answerLanguages {
		name := tag
		if key := "language." + tag; l.Has(key) {
			name = l.T(key)
		}
		out = append(out, Option{tag, name, tag == chosen})
		found = found || tag == chosen
	}
	if !found && chosen != "" {
		out = append(out, Option{chosen, chosen, true})
	}
	return out
}

// initial stands for a picture: none is fetched from anybody's server.
func initial(name string) string {
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "?"
}

// PostDiscussion is POST /entries/{id}/discussion and its like: what an editor
// decides or answers.
func (s *Site) PostDiscussion(w http.ResponseWriter, r *http.Request) error {
	err := s.pages.Form(w, r)
	signedIn := auth.From(r.Context()).SignedIn()
	if err != nil && !errors.Is(err, auth.ErrBadForm) {
		return err
	}
	sent := &typed{reply: r.PostForm.Get("reply"), text: r.PostForm.Get("text"), lang: r.PostForm.Get("lang"), status: http.StatusForbidden}
	if (err != nil || !signedIn) && sent.text != "" {
		return s.keepTyped(w, r, sent)
	}
	if err != nil {
		return err
	}
	if page.NeedSignIn(w, r) {
		return nil
	}
	e, err := s.editable(r)
	if err != nil {
		return err
	}
	if s.cfg.Discussions == nil || e.Origin != "" || !e.Status.Public() {
		return fmt.Errorf("discussion of %s: %w", e.ID, directory.ErrNotFound)
	}
	done, anchor, err := s.doDiscussion(r, e, sent)
	var bad directory.Invalid
	switch {
	case errors.As(err, &bad):
		sent.status, sent.fault = http.StatusUnprocessableEntity, faultOf(s.pages.Locale(r), bad)
		return s.entryWith(w, r, e, sent)
	case errors.Is(err, directory.ErrGone) || errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrConflict):
		sent.status, sent.fault, sent.lost = http.StatusConflict, s.pages.Locale(r).T("discussion.fault.gone"), sent.text != ""
		return s.entryWith(w, r, e, sent)
	case err != nil:
		return err
	}
	http.Redirect(w, r, page.Address(entryPath(directory.Public(e)), url.Values{"done": {done}})+"#"+anchor, http.StatusSeeOther)
	return nil
}

// keepTyped shows what was typed to somebody whose session is over.
func (s *Site) keepTyped(w http.ResponseWriter, r *http.Request, sent *typed) error {
	e, err := s.cfg.Store.Entry(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	sent.lost, sent.fault = true, s.pages.Locale(r).T("discussion.fault.session")
	return s.entryWith(w, r, e, sent)
}

// doDiscussion does what the form asks and says what was done and where it shows.
func (s *Site) doDiscussion(r *http.Request, e directory.Entry, sent *typed) (done, anchor string, err error) {
	ctx, who, d := r.Context(), auth.From(r.Context()).Who(), s.cfg.Discussions
	switch do := r.PostForm.Get("do"); do {
	case discussion.Approve, discussion.Hide, discussion.Remove:
		done, anchor = do, "discussion"
		if do != discussion.Remove {
			anchor = "reply-" + sent.reply
		}
		return done, anchor, d.Decide(ctx, who, do, []string{sent.reply}, strings.TrimSpace(r.PostForm.Get("reason")))
	case "answer":
		a, err := d.Answer(ctx, who, sent.reply, sent.text, sent.lang)
		return "answer", "reply-" + a.ID, err
	case "edit":
		a, err := d.EditAnswer(ctx, who, sent.reply, sent.text, sent.lang)
		return "edit", "reply-" + a.ID, err
	case "rule":
		rule := directory.Discussion(r.PostForm.Get("rule"))
		_, err := s.cfg.Ledger.Edit(ctx, who, e.ID, func(e *directory.Entry) error { e.Discussion = rule; return nil })
		return "rule", "discussion", err
	}
	return "", "", directory.Invalid{{Field: "do", Code: "unknown", Message: "unknown action"}}
}

// faultOf puts the first fault in words.
func faultOf(l *i18n.Locale, bad directory.Invalid) string {
	if key := "discussion.fault." + bad[0].Field + "." + bad[0].Code; l.Has(key) {
		return l.T(key, "max", l.Number(discussion.MaxAnswer))
	}
	return l.T("discussion.fault.other")
}
