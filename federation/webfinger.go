package federation

import "context"

// JRD is a WebFinger answer (RFC 7033 §4.4).
type JRD struct {
	Subject string    `json:"subject"`
	Aliases []string  `json:"aliases,omitempty"`
	Links   []JRDLink `json:"links"`
}

// JRDLink is one link of a JRD.
type JRDLink struct {
	Rel      string `json:"rel"`
	Type     string `json:"type,omitempty"`
	Href     string `json:"href,omitempty"`
	Template string `json:"template,omitempty"`
}

// Self is the href of the link to the ActivityPub actor, "" when there is none.
func (j JRD) Self() string { return "" }

// WebFinger resolves "name@host", with or without "acct:" or "@", to its JRD.
func (c *Client) WebFinger(ctx context.Context, acct string) (JRD, error) { return JRD{}, ErrMalformed }
