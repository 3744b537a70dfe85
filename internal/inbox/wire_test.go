package inbox_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// TestWire feeds what other software sends, signed, through the inbox. Each
// golden says who their actors are, whom we follow, what they send and what their
// origin answers to a GET, in order; want says what became of it here. One with
// "effects" says after each activity what it changed for our organisation and event.
func TestWire(t *testing.T) {
	files, err := filepath.Glob("../../federation/testdata/*/inbox/*.txtar")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d goldens, %v", len(files), err)
	}
	for _, file := range files {
		name, _ := filepath.Rel("../../federation/testdata", file)
		t.Run(name, func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := wire(t, ar)
			want := &ar.Files[len(ar.Files)-1]
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := gocmp.Diff(string(want.Data), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// wire plays one golden and says what came of it.
func wire(t *testing.T, ar *txtar.Archive) string {
	t.Helper()
	r, them := newRig(t), newRemote(t)
	org, ours := r.publishes(t)
	concrete := strings.NewReplacer("https://them.example", them.URL, base+"/ours", ours.URI, base+"/org", org.URI)
	neutral := strings.NewReplacer(them.URL, "https://them.example", ours.URI, base+"/ours", org.URI, base+"/org")
	var out strings.Builder
	watched, seen := false, ""
	for _, f := range ar.Files {
		text := concrete.Replace(string(f.Data))
		path, isGet := strings.CutPrefix(f.Name, "GET ")
		act, isActivity := strings.CutSuffix(f.Name, ".json")
		switch {
		case f.Name == "actors":
			for line := range strings.Lines(text) {
				path, typ, _ := strings.Cut(strings.TrimSpace(line), " ")
				them.actor(strings.TrimPrefix(path, "/"), typ)
			}
		case f.Name == "effects":
			watched, seen = true, r.effects(org, ours)
		case f.Name == "follow":
			r.follows(them.URL + strings.TrimSpace(text))
		case isGet:
			them.set(path, json.RawMessage(text))
		case isActivity:
			fmt.Fprintf(&out, "%s: %s\n", act, neutral.Replace(r.send(them, []byte(text))))
			if now := r.effects(org, ours); watched && now != seen {
				seen = now
				fmt.Fprintf(&out, "  now %s\n", neutral.Replace(now))
			}
		}
	}
	r.summary(&out, them, neutral)
	return out.String()
}

// effects are who follows our organisation, whom the instance follows, and the
// counts, replies and reports of our event.
func (r *rig) effects(org, event directory.Entry) string {
	r.t.Helper()
	ctx, now := r.t.Context(), []string{}
	fs, err := r.st.Followers(ctx, org.URI, "", store.MaxLimit)
	ours, err2 := r.st.Followings(ctx, r.env.InstanceURI(), "", store.MaxLimit)
	replies, err3 := r.st.RepliesOf(ctx, event.ID, store.MaxLimit)
	reports, err4 := r.st.Reports(ctx, true, "", store.MaxLimit)
	likes, shares, err5 := r.st.CountReactionsTo(ctx, event.URI)
	if err := errors.Join(err, err2, err3, err4, err5); err != nil {
		r.t.Fatal(err)
	}
	for _, f := range fs {
		now = append(now, "follower "+f.Actor)
	}
	for _, f := range ours {
		now = append(now, "follows "+f.Object+" "+string(f.State))
	}
	now = append(now, fmt.Sprintf("likes %d shares %d", likes, shares))
	for _, reply := range replies {
		now = append(now, fmt.Sprintf("reply %s %q", reply.State, reply.Body))
	}
	for _, rep := range reports {
		now = append(now, fmt.Sprintf("report %q of %v", rep.Content, rep.Objects))
	}
	return strings.Join(now, ", ")
}

// publishes makes an organisation of ours with an event.
func (r *rig) publishes(t *testing.T) (org, event directory.Entry) {
	t.Helper()
	org, err := r.ledger.CreateOrganisation(t.Context(), system, directory.Entry{Kind: directory.KindOrganisation, Status: directory.StatusPublished,
		Name: directory.LangText{"fr": "La Coop"}, Licence: "CC-BY-SA-4.0"})
	if err == nil {
		event, err = r.ledger.Create(t.Context(), system, directory.Entry{Kind: directory.KindEvent, Owner: org.ID, Status: directory.StatusPublished,
			Licence: "CC-BY-SA-4.0", Name: directory.LangText{"fr": "Forum"}, Period: &directory.Period{Start: "2031-06-06T18:00:00+02:00"}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return org, event
}

// send posts an activity signed by its actor, and says what became of it.
func (r *rig) send(from *remote, body []byte) string {
	r.t.Helper()
	body = bytes.TrimSpace(body)
	var act struct{ ID, Type, Actor string }
	if err := json.Unmarshal(body, &act); err != nil {
		r.t.Fatal(err)
	}
	if act.Actor == "" { // Mastodon's FeatureRequest
		act.Actor, _, _ = strings.Cut(act.ID, "/feature_requests/")
	}
	if act.Type == "Update" && strings.HasSuffix(act.ID, "/activity") { // one of many with this id
		sum := sha256.Sum256(body)
		act.ID += "#sha256-" + base64.RawURLEncoding.EncodeToString(sum[:])
	}
	status, text, err := r.post(r.request(from, act.Actor+"#main-key", body, httpsig.Cavage))
	if err != nil {
		r.t.Fatal(err)
	}
	r.apply()
	rec, err := r.st.Received(context.Background(), act.ID)
	switch {
	case errors.Is(err, directory.ErrNotFound):
		return fmt.Sprintf("%d %s", status, strings.TrimSpace(text))
	case err != nil:
		r.t.Fatal(err)
	case rec.Done.IsZero():
		r.t.Fatalf("%s is not done", act.ID)
	case rec.Error != "":
		return rec.Error
	}
	return "done"
}

// summary lists what we hold of them, what we send them, who follows and what
// was refused.
func (r *rig) summary(out *strings.Builder, them *remote, neutral *strings.Replacer) {
	ctx := context.Background()
	es, err := r.st.Entries(ctx, store.EntryFilter{Selection: directory.Selection{Origin: them.URL}, Limit: store.MaxLimit, Statuses: []directory.Status{
		directory.StatusPublished, directory.StatusArchived, directory.StatusDeleted}})
	if err != nil {
		r.t.Fatal(err)
	}
	slices.SortFunc(es, func(a, b directory.Entry) int { return cmp.Compare(a.URI, b.URI) })
	for _, e := range es {
		line := map[string]any{"name": e.Name, "owner": neutral.Replace(e.OwnerURI), "period": e.Period, "place": e.Place, "event": e.Event, "website": e.Website}
		raw, err := json.Marshal(line)
		if err != nil {
			r.t.Fatal(err)
		}
		fmt.Fprintf(out, "%s %s %s\n", e.Status, neutral.Replace(e.URI), neutral.Replace(string(raw)))
	}
	ds, err := r.st.Deliveries(ctx, them.URL, 20)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, d := range ds {
		var a struct{ Type, Actor string }
		if err := json.Unmarshal(d.Body, &a); err != nil {
			r.t.Fatal(err)
		}
		fmt.Fprintf(out, "sent %s by %s to %s\n", a.Type, neutral.Replace(a.Actor), neutral.Replace(d.Inbox))
	}
	fmt.Fprintf(out, "refused as forged: %d\n", r.refused(them.URL, moderation.CauseForged))
}
