package main

import (
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/json"

	"github.com/distribution/reference"
)

// image reads the image of a container as the kubelet does (pkg/util/parsers).
//
//	input:  {"op":"image","image":"nginx:1.27"}
//	output: {"registry":"docker.io","repository":"library/nginx","tag":"1.27","digest":""} or {"error":"..."}
func image(line []byte) (any, error) {
	var request struct {
		Image string `json:"image"`
	}
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	named, err := reference.ParseNormalizedNamed(request.Image)
	if err != nil {
		return nil, err
	}
	answer := map[string]string{"registry": reference.Domain(named), "repository": reference.Path(named), "tag": "", "digest": ""}
	if tagged, ok := named.(reference.Tagged); ok {
		answer["tag"] = tagged.Tag()
	}
	if digested, ok := named.(reference.Digested); ok {
		answer["digest"] = digested.Digest().String()
	}
	return answer, nil
}

func init() { ops["image"] = image }
