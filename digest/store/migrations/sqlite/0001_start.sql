-- Times are microseconds since 1970 UTC, 0 where there is none. Lists and
-- objects are JSON. The tables have the same names and columns as in
-- PostgreSQL, article_words excepted.
PRAGMA application_id = 0x64617962;

CREATE TABLE sources (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	name          TEXT NOT NULL UNIQUE,
	url           TEXT NOT NULL,
	kind          TEXT NOT NULL,
	country       TEXT NOT NULL,
	lang          TEXT NOT NULL,
	topics        TEXT NOT NULL,
	newsroom      TEXT NOT NULL,
	full_text     TEXT NOT NULL,
	origin        TEXT NOT NULL,
	state         TEXT NOT NULL,
	last_success  BIGINT NOT NULL,
	last_error    TEXT NOT NULL,
	last_try      BIGINT NOT NULL,
	failures      BIGINT NOT NULL,
	next_poll     BIGINT NOT NULL,
	poll_interval BIGINT NOT NULL,
	per_day       DOUBLE PRECISION NOT NULL,
	last_new      BIGINT NOT NULL,
	undated       DOUBLE PRECISION NOT NULL,
	delay         BIGINT NOT NULL,
	took          BIGINT NOT NULL,
	etag          TEXT NOT NULL,
	last_modified TEXT NOT NULL,
	moved_to      TEXT NOT NULL,
	moved_times   BIGINT NOT NULL,
	told_at       BIGINT NOT NULL
);
CREATE INDEX sources_due ON sources (next_poll, id);

-- What a search reads of an article is narrow and apart from its text.
CREATE TABLE articles (
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	identity  TEXT NOT NULL UNIQUE,
	time      BIGINT NOT NULL,
	published BIGINT NOT NULL,
	stored    BIGINT NOT NULL,
	source    TEXT NOT NULL,
	lang      TEXT NOT NULL,
	story_id  BIGINT NOT NULL,
	revision  BIGINT NOT NULL,
	sample    BOOLEAN NOT NULL,
	url_key   BIGINT NOT NULL,
	text_key  BIGINT NOT NULL
);
CREATE INDEX articles_time ON articles (time, id, source);
CREATE INDEX articles_source ON articles (source, time);
CREATE INDEX articles_story ON articles (story_id, time);
CREATE INDEX articles_ungrouped ON articles (id) WHERE story_id = 0;
CREATE INDEX articles_url ON articles (url_key);

CREATE TABLE article_texts (
	article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
	guid       TEXT NOT NULL,
	url        TEXT NOT NULL,
	author     TEXT NOT NULL,
	title      TEXT NOT NULL,
	countries  TEXT NOT NULL,
	topics     TEXT NOT NULL,
	body       TEXT NOT NULL
);

CREATE TABLE article_revisions (
	article_id BIGINT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
	revision   BIGINT NOT NULL,
	replaced   BIGINT NOT NULL,
	title      TEXT NOT NULL,
	body       TEXT NOT NULL,
	PRIMARY KEY (article_id, revision)
) WITHOUT ROWID;

-- Tags that a search can find, and all that it needs of them.
CREATE TABLE article_tags (
	slug       TEXT NOT NULL,
	time       BIGINT NOT NULL,
	article_id BIGINT NOT NULL,
	weight     DOUBLE PRECISION NOT NULL,
	PRIMARY KEY (slug, time, article_id)
) WITHOUT ROWID;

-- The index of words. Terms come finished and separated by spaces; ascii takes
-- every byte above 127 as a part of a word, and the list adds what is left.
CREATE VIRTUAL TABLE article_words USING fts5 (
	words,
	content = '', contentless_delete = 1,
	tokenize = "ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\]^_`{|}~'"
);

-- How often each term stands in an article, by hash: what scoring needs.
CREATE TABLE article_terms (
	article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
	terms      BLOB NOT NULL
);

-- What grouping needs after a restart; kept only as long as grouping looks back.
CREATE TABLE article_features (
	article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
	features   BLOB NOT NULL
);

CREATE TABLE article_joins (
	article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
	reason     TEXT NOT NULL
);

CREATE TABLE stories (
	id        INTEGER PRIMARY KEY,
	title     TEXT NOT NULL,
	first     BIGINT NOT NULL,
	last      BIGINT NOT NULL,
	articles  BIGINT NOT NULL,
	sources   BIGINT NOT NULL,
	sample    BOOLEAN NOT NULL,
	slugs     TEXT NOT NULL,
	countries TEXT NOT NULL,
	topics    TEXT NOT NULL
);
CREATE INDEX stories_last ON stories (last, slugs);

CREATE TABLE subscriptions (
	id              INTEGER PRIMARY KEY AUTOINCREMENT,
	kind            TEXT NOT NULL,
	name            TEXT NOT NULL,
	query           TEXT NOT NULL,
	platform        TEXT NOT NULL,
	workspace       TEXT NOT NULL,
	channel         TEXT NOT NULL,
	direct          BOOLEAN NOT NULL,
	schedule        TEXT NOT NULL,
	zone            TEXT NOT NULL,
	format          TEXT NOT NULL,
	length          BIGINT NOT NULL,
	catch_up        BIGINT NOT NULL,
	lang            TEXT NOT NULL,
	quiet           BOOLEAN NOT NULL,
	owner_platform  TEXT NOT NULL,
	owner_workspace TEXT NOT NULL,
	owner_id        TEXT NOT NULL,
	owner_name      TEXT NOT NULL,
	origin          TEXT NOT NULL,
	created         BIGINT NOT NULL,
	next_run        BIGINT NOT NULL,
	last_run        BIGINT NOT NULL,
	state           TEXT NOT NULL,
	reason          TEXT NOT NULL
);
CREATE INDEX subscriptions_due ON subscriptions (next_run, id) WHERE state = 'active' AND next_run > 0;
CREATE INDEX subscriptions_owner ON subscriptions (owner_id);
CREATE INDEX subscriptions_channel ON subscriptions (channel);

CREATE TABLE editions (
	id              INTEGER PRIMARY KEY AUTOINCREMENT,
	subscription_id BIGINT NOT NULL REFERENCES subscriptions (id),
	slot            TEXT NOT NULL,
	scheduled       BIGINT NOT NULL,
	built           BIGINT NOT NULL,
	title           TEXT NOT NULL,
	missed          BOOLEAN NOT NULL,
	stories         TEXT NOT NULL,
	content         BLOB NOT NULL,
	UNIQUE (subscription_id, slot)
);
CREATE INDEX editions_scheduled ON editions (scheduled, id);

CREATE TABLE deliveries (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	edition_id BIGINT NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
	target     TEXT NOT NULL,
	part       BIGINT NOT NULL,
	parts      BIGINT NOT NULL,
	platform   TEXT NOT NULL,
	workspace  TEXT NOT NULL,
	channel    TEXT NOT NULL,
	direct     BOOLEAN NOT NULL,
	state      TEXT NOT NULL,
	ref        TEXT NOT NULL,
	attempts   BIGINT NOT NULL,
	last_error TEXT NOT NULL,
	not_before BIGINT NOT NULL,
	started    BIGINT NOT NULL,
	deadline   BIGINT NOT NULL,
	updated    BIGINT NOT NULL,
	payload    BLOB NOT NULL,
	UNIQUE (edition_id, target, part)
);
CREATE INDEX deliveries_due ON deliveries (not_before, id) WHERE state = 'pending';
CREATE INDEX deliveries_stuck ON deliveries (started, id) WHERE state = 'sending';
CREATE INDEX deliveries_state ON deliveries (state, updated);
CREATE INDEX deliveries_target ON deliveries (target, edition_id);

-- What each destination has been told, and the story's size then.
CREATE TABLE told (
	target   TEXT NOT NULL,
	story_id BIGINT NOT NULL,
	articles BIGINT NOT NULL,
	sources  BIGINT NOT NULL,
	time     BIGINT NOT NULL,
	PRIMARY KEY (target, story_id)
) WITHOUT ROWID;
CREATE INDEX told_time ON told (time);

CREATE TABLE answers (
	id               TEXT NOT NULL PRIMARY KEY,
	person_platform  TEXT NOT NULL,
	person_workspace TEXT NOT NULL,
	person_id        TEXT NOT NULL,
	person_name      TEXT NOT NULL,
	platform         TEXT NOT NULL,
	workspace        TEXT NOT NULL,
	channel          TEXT NOT NULL,
	direct           BOOLEAN NOT NULL,
	query            TEXT NOT NULL,
	args             TEXT NOT NULL,
	created          BIGINT NOT NULL
);
CREATE INDEX answers_created ON answers (created);

CREATE TABLE settings (
	name  TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
);

CREATE TABLE audit (
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	time      BIGINT NOT NULL,
	platform  TEXT NOT NULL,
	workspace TEXT NOT NULL,
	person_id TEXT NOT NULL,
	name      TEXT NOT NULL,
	action    TEXT NOT NULL,
	detail    TEXT NOT NULL
);
CREATE INDEX audit_time ON audit (time, id);

CREATE TABLE leases (
	name   TEXT NOT NULL PRIMARY KEY,
	holder TEXT NOT NULL,
	expiry BIGINT NOT NULL
);
