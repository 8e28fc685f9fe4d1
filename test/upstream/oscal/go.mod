module plimsoll.dev/oscal

go 1.26.0

// Carries NIST's JSON schemas of OSCAL.
require github.com/defenseunicorns/go-oscal v0.6.2
