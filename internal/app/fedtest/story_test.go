package fedtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// worldKey is where a script keeps its world.
type worldKey struct{}

// TestStories runs each script with its instances on SQLite, and with its first
// on PostgreSQL.
func TestStories(t *testing.T) {
	for _, first := range storetest.Engines {
		t.Run(first, func(t *testing.T) {
			storetest.Need(t, first) // skips where there is no PostgreSQL
			testscript.Run(t, testscript.Params{
				Dir: "testdata/script",
				Setup: func(env *testscript.Env) error {
					env.Values[worldKey{}] = NewWorld(env.T().(testing.TB))
					env.Setenv("FIRST", first)
					return nil
				},
				Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
					"digest": cmdDigest, "key": cmdKey, "dead": cmdDead, "forge": cmdForge, "rebuild": cmdRebuild, "kept": cmdKept,
					"instance": cmdInstance, "create": cmdCreate, "bulk": cmdBulk, "edit": cmdEdit, "delete": cmdDelete,
					"status": cmdStatus, "follow": cmdFollow, "unfollow": cmdUnfollow, "same": cmdSame, "matched": cmdMatched,
					"down": cmdDown, "up": cmdUp, "get": cmdGet, "accepted": cmdAccepted, "tamper": cmdTamper, "refused": cmdRefused,
					"rotate": cmdRotate, "person": cmdPerson, "follows": cmdFollows, "unfollows": cmdUnfollows, "hears": cmdHears,
					"says": cmdSays, "replies": cmdReplies, "decide": cmdDecide, "answer": cmdAnswer,
					"relate": cmdRelate, "confirm": cmdConfirm, "withdraw": cmdWithdraw, "shows": cmdShows,
				},
			})
		})
	}
}

func worldOf(ts *testscript.TestScript) *World { return ts.Value(worldKey{}).(*World) }

func ctxOf(ts *testscript.TestScript) context.Context { return worldOf(ts).t.Context() }

// at returns the instance that a command's first argument names.
func at(ts *testscript.TestScript, args []string, n int) *Instance {
	if len(args) < n {
		ts.Fatalf("want %d arguments, got %q", n, args)
	}
	i, err := worldOf(ts).Get(args[0])
	ts.Check(err)
	return i
}

// instance NAME ENGINE
func cmdInstance(ts *testscript.TestScript, _ bool, args []string) {
	i, err := worldOf(ts).Instance(args[0], args[1])
	ts.Check(err)
	ts.Setenv(args[0], i.URL())
}

// create INSTANCE FILE: the entry's id is then in $id, its URI in $uri
func cmdCreate(ts *testscript.TestScript, _ bool, args []string) {
	i := at(ts, args, 2)
	org, err := i.Organisation(ctxOf(ts))
	ts.Check(err)
	e := directory.Entry{Status: directory.StatusPublished, Owner: org.ID}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &e))
	e, err = i.App.Ledger.Create(ctxOf(ts), System, e)
	ts.Check(err)
	ts.Setenv("id", e.ID)
	ts.Setenv("uri", e.URI)
}

// bulk INSTANCE N: imports N entries
func cmdBulk(ts *testscript.TestScript, _ bool, args []string) {
	i := at(ts, args, 2)
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	org, err := i.Organisation(ctxOf(ts))
	ts.Check(err)
	_, err = i.App.Ledger.Upsert(ctxOf(ts), System, Gardens(org.ID, n), ledger.UpsertOptions{})
	ts.Check(err)
}

// edit INSTANCE ID NAME: gives an entry another French name
func cmdEdit(ts *testscript.TestScript, _ bool, args []string) {
	i := at(ts, args, 3)
	_, err := i.App.Ledger.Edit(ctxOf(ts), System, args[1], func(e *directory.Entry) error {
		e.Name["fr"] = args[2]
		return nil
	})
	ts.Check(err)
}

// delete INSTANCE ID
func cmdDelete(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(at(ts, args, 2).App.Ledger.Delete(ctxOf(ts), System, args[1], "story"))
}

// status INSTANCE ID STATUS
func cmdStatus(ts *testscript.TestScript, _ bool, args []string) {
	_, err := at(ts, args, 3).App.Ledger.SetStatus(ctxOf(ts), System, args[1], directory.Status(args[2]))
	ts.Check(err)
}

// follow INSTANCE TARGET
func cmdFollow(ts *testscript.TestScript, _ bool, args []string) {
	_, err := at(ts, args, 2).App.Harvest.Follow(ctxOf(ts), System, args[1])
	ts.Check(err)
}

// unfollow INSTANCE ACTOR
func cmdUnfollow(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(at(ts, args, 2).App.Harvest.Unfollow(ctxOf(ts), System, args[1]))
}

// same INSTANCE OTHER: waits until INSTANCE holds exactly what OTHER publishes
func cmdSame(ts *testscript.TestScript, _ bool, args []string) {
	i := at(ts, args, 2)
	ts.Check(i.Same(ctxOf(ts), at(ts, args[1:], 1)))
}

// matched INSTANCE N QUERY: waits until the API counts N entries for the query
func cmdMatched(ts *testscript.TestScript, _ bool, args []string) {
	i := at(ts, args, 3)
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	got := 0
	err = Wait(ctxOf(ts), func() (bool, error) {
		var err error
		got, err = i.Matched(ctxOf(ts), args[2])
		return got == want, err
	})
	if err != nil {
		ts.Fatalf("%s matches %d, want %d: %v", args[2], got, want, err)
	}
}

func cmdDown(ts *testscript.TestScript, _ bool, args []string) { ts.Check(at(ts, args, 1).Down()) }

func cmdUp(ts *testscript.TestScript, _ bool, args []string) { ts.Check(at(ts, args, 1).Up()) }

// get INSTANCE PATH STATUS [ACCEPT]: the body is then what stdout matches
func cmdGet(ts *testscript.TestScript, _ bool, args []string) {
	i := at(ts, args, 3)
	accept := ""
	if len(args) > 3 {
		accept = args[3]
	}
	status, body, err := i.Fetch(ctxOf(ts), args[1], accept)
	ts.Check(err)
	if fmt.Sprint(status) != args[2] {
		ts.Fatalf("GET %s: %d %s, want %s: %.300s", args[1], status, http.StatusText(status), args[2], body)
	}
	_, err = ts.Stdout().Write(body)
	ts.Check(err)
}

// accepted INSTANCE OTHER: waits until OTHER has accepted INSTANCE as a follower;
// what changes there from now on is delivered
func cmdAccepted(ts *testscript.TestScript, _ bool, args []string) {
	i, other := at(ts, args, 2), at(ts, args[1:], 1)
	ts.Check(Wait(ctxOf(ts), func() (bool, error) {
		fs, err := i.App.Store.FollowingByOrigin(ctxOf(ts), other.URL())
		return len(fs) > 0 && fs[0].State == store.FollowAccepted, err
	}))
}

// tamper INSTANCE on|off: changes one byte of all that is sent there
func cmdTamper(ts *testscript.TestScript, _ bool, args []string) {
	i := at(ts, args, 2)
	i.world.net.spoil(host(i.name), args[1] == "on")
}

// refused FROM TO: waits until TO has refused what was spoiled on its way from
// FROM, and FROM has counted that; TO has refused all of it
func cmdRefused(ts *testscript.TestScript, _ bool, args []string) {
	from, to := at(ts, args, 2), at(ts, args[1:], 1)
	ts.Check(Wait(ctxOf(ts), func() (bool, error) {
		p, err := from.App.Store.Peer(ctxOf(ts), to.URL())
		return p.Fails > 0 && strings.Contains(p.LastError, "401"), err
	}))
	spoiled, refused := from.world.net.counts()
	if spoiled == 0 || refused != spoiled {
		ts.Fatalf("%d bodies were spoiled on their way, %d refused", spoiled, refused)
	}
}

// person NAME: somebody on another server, whom the other commands name
func cmdPerson(ts *testscript.TestScript, _ bool, args []string) {
	_, err := worldOf(ts).Person(args[0])
	ts.Check(err)
}

func personOf(ts *testscript.TestScript, args []string) *Person {
	if len(args) != 2 || worldOf(ts).people[args[0]] == nil {
		ts.Fatalf("want a person and what they do, got %q", args)
	}
	return worldOf(ts).people[args[0]]
}

// follows PERSON ACTOR
func cmdFollows(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(personOf(ts, args).Send(ctxOf(ts), object{"type": "Follow", "object": args[1]}, args[1]))
}

// unfollows PERSON ACTOR
func cmdUnfollows(ts *testscript.TestScript, _ bool, args []string) {
	p := personOf(ts, args)
	follow := object{"type": "Follow", "actor": p.id, "object": args[1]}
	ts.Check(p.Send(ctxOf(ts), object{"type": "Undo", "object": follow}, args[1]))
}

// hears PERSON REGEXP: waits for an activity that matches, which is then what
// stdout matches
func cmdHears(ts *testscript.TestScript, _ bool, args []string) {
	re, err := regexp.Compile(args[1])
	ts.Check(err)
	body, err := personOf(ts, args).Hears(ctxOf(ts), re)
	ts.Check(err)
	_, err = ts.Stdout().Write(body)
	ts.Check(err)
}

// says PERSON TYPE PATH INREPLYTO FILE ABOUT: a Create, Update or Delete of the
// person's post at PATH, whose HTML is in FILE, to the actor ABOUT. MILLION in
// the file is much text.
func cmdSays(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 6 || worldOf(ts).people[args[0]] == nil {
		ts.Fatalf("want a person, a type, a path, what is answered, a file and an actor, got %q", args)
	}
	text := strings.ReplaceAll(ts.ReadFile(args[4]), "MILLION", strings.Repeat("bocage ", 100_000))
	ts.Check(worldOf(ts).people[args[0]].Says(ctxOf(ts), args[1], args[2], args[3], text, args[5]))
}

// replies INSTANCE STATE N: waits until the instance holds N replies in a state
func cmdReplies(ts *testscript.TestScript, _ bool, args []string) {
	i := at(ts, args, 3)
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	ts.Check(i.Replies(ctxOf(ts), store.ReplyState(args[1]), n))
}

// decide INSTANCE VERB URI
func cmdDecide(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(at(ts, args, 3).Decide(ctxOf(ts), args[1], args[2]))
}

// answer INSTANCE URI TEXT: the answer's id is then in $answer
func cmdAnswer(ts *testscript.TestScript, _ bool, args []string) {
	r, err := at(ts, args, 3).Answer(ctxOf(ts), args[1], args[2])
	ts.Check(err)
	ts.Setenv("answer", r.URI)
}
