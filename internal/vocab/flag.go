package vocab

import (
	"encoding/json"
	"fmt"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

// Flag reports objects, the account first, to the server of a.To. It carries no
// name of a person: the actor is the instance (Mastodon's Flag).
func (v Env) Flag(a Act, objects []string, content string) ([]byte, error) {
	if len(objects) == 0 {
		return nil, fmt.Errorf("Flag: %w: nothing is reported", directory.ErrInvalid)
	}
	ids, err := json.Marshal(objects)
	if err != nil {
		return nil, fmt.Errorf("Flag: %w", err)
	}
	return federation.Encode(struct {
		ID      string          `json:"id"`
		Type    string          `json:"type"`
		Actor   string          `json:"actor"`
		Object  json.RawMessage `json:"object"`
		Content string          `json:"content"`
		To      []string        `json:"to"`
	}{a.ID, "Flag", a.Actor, ids, content, a.To})
}
