// Package web is the page: today's digest, briefs, the archive, how the
// sources do, and a box in which every command can be tried. It also serves
// the JSON that programs read and the endpoint that pipelines write to.
//
// It is made with net/http's router and html/template alone: pages are few,
// templates escape by context, and nothing has to be kept up. Every page
// works without scripts; a small script makes answers appear in place.
//
// The page is for people who may read the news here and has no accounts of
// its own: it listens on the loopback address unless told otherwise. What
// could be done to it from outside is closed: forms from other sites
// (http.CrossOriginProtection), names that point to it (the Host header is
// checked on loopback), frames, and scripts that are not ours.
package web
