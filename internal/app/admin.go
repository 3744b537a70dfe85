package app

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"codeberg.org/bocage/bocage/internal/ledger"
)

// administration is what administrators alone see. Every handler of package
// admin checks who asks and the token of its form.
func (a *App) administration(r chi.Router) {
	get := func(pattern string, h handlerFunc) { r.Method(http.MethodGet, pattern, a.sitePage(h)) }
	post := func(pattern string, h handlerFunc) { r.Method(http.MethodPost, pattern, a.sitePage(h)) }
	s := a.admin
	get("/admin", s.Home)
	get("/admin/federation", s.Federation)
	post("/admin/federation", s.PostFederation)
	get("/admin/federation/{host}", s.Peer)
	post("/admin/federation/{host}", s.PostPeer)
	get("/admin/discussion", s.Discussion)
	post("/admin/discussion", s.PostDiscussion)
	get("/admin/maps", s.Maps)
	get("/admin/maps/new", s.NewMap)
	post("/admin/maps/new", s.PostNewMap)
	get("/admin/maps/{id}", s.Map)
	post("/admin/maps/{id}", s.PostMap)
	post("/admin/maps/{id}/delete", s.PostDeleteMap)
	post("/admin/maps/{id}/revert", s.PostRevertMap)
	get("/admin/tours", s.Tours)
	post("/admin/tours", s.PostNewTour)
	get("/admin/tours/{id}", s.Tour)
	post("/admin/tours/{id}", s.PostTour)
	get("/admin/tours/{id}/history", s.TourHistory)
	post("/admin/tours/{id}/history", s.PostTourHistory)
	get("/admin/eras", s.Eras)
	post("/admin/eras", s.PostEras)
	get("/admin/sources", s.Sources)
	post("/admin/sources/rehearse", s.Rehearse)
	get("/admin/sources/rehearsal/{id}", s.Rehearsal)
	post("/admin/sources/rehearsal/{id}", s.Rehearsal)
	get("/admin/sources/{id}", s.Source)
	post("/admin/sources/{id}", s.Source)
	get("/admin/sources/{id}/unfollow", s.Unfollow)
	post("/admin/sources/{id}/unfollow", s.Unfollow)
	get("/admin/sources/review", s.Review)
	post("/admin/sources/review", s.Review)
	get("/admin/followers", s.Followers)
	post("/admin/followers", s.Followers)
	get("/admin/moves", s.Moves)
	post("/admin/moves", s.PostMoves)
	get("/admin/moves/archives", s.Archives)
	r.Method(http.MethodPost, "/admin/moves/archives", a.upload(s.PostArchives, ledger.MaxArchiveBytes))
	get("/admin/moves/archives/{id}", s.Archive)
	post("/admin/moves/archives/{id}", s.PostArchive)
	get("/admin/audit", s.Audit)
	get("/admin/moderation", s.Moderation)
	post("/admin/moderation/quarantine", s.PostQuarantine)
	get("/admin/moderation/reports/{id}", s.Report)
	post("/admin/moderation/reports/{id}", s.PostReport)
	get("/admin/moderation/rules", s.Rules)
	post("/admin/moderation/rules", s.PostRules)
	get("/admin/moderation/rules.csv", s.ExportRules)
	get("/admin/moderation/limits", s.Limits)
	post("/admin/moderation/limits", s.PostLimits)
}
