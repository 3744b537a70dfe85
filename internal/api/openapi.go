package api

import (
	_ "embed"
	"net/http"
)

//go:embed openapi.yaml
var openAPI []byte

// OpenAPI answers GET /api/v1/openapi.yaml.
func (a *API) OpenAPI(w http.ResponseWriter, r *http.Request) error {
	return write(w, r, "application/yaml", openAPI)
}
