-- Alerts: what a subscription leaves out, what people have chosen, what they
-- were alerted of and what waits. An older program goes on beside it: new
-- columns have defaults, new tables it does not know.
ALTER TABLE subscriptions ADD COLUMN threads BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE subscriptions ADD COLUMN rules TEXT NOT NULL DEFAULT '{}';
ALTER TABLE subscriptions ADD COLUMN change BIGINT NOT NULL DEFAULT 0;
CREATE INDEX subscriptions_change ON subscriptions (change);
CREATE INDEX subscriptions_kind ON subscriptions (kind, state);

ALTER TABLE deliveries ADD COLUMN thread TEXT NOT NULL DEFAULT '';

-- Finds an article that a source prints again.
CREATE INDEX articles_text ON articles (text_key, source);

-- What is counted up by each change, so that another program sees that there
-- was one: its row keeps writers in the order of their numbers.
CREATE TABLE counters (
	name TEXT NOT NULL PRIMARY KEY,
	n    BIGINT NOT NULL
);

CREATE TABLE profiles (
	target    TEXT NOT NULL PRIMARY KEY,
	platform  TEXT NOT NULL,
	workspace TEXT NOT NULL,
	channel   TEXT NOT NULL,
	direct    BOOLEAN NOT NULL,
	choices   TEXT NOT NULL,
	change    BIGINT NOT NULL
);
CREATE INDEX profiles_change ON profiles (change);

-- What each destination was last alerted of a story.
CREATE TABLE alerted (
	target          TEXT NOT NULL,
	story_id        BIGINT NOT NULL,
	platform        TEXT NOT NULL,
	workspace       TEXT NOT NULL,
	channel         TEXT NOT NULL,
	direct          BOOLEAN NOT NULL,
	subscription_id BIGINT NOT NULL,
	times           BIGINT NOT NULL,
	sources         BIGINT NOT NULL,
	countries       TEXT NOT NULL,
	severity        TEXT NOT NULL,
	time            BIGINT NOT NULL,
	PRIMARY KEY (target, story_id)
) WITHOUT ROWID;
CREATE INDEX alerted_story ON alerted (story_id);
CREATE INDEX alerted_time ON alerted (time, subscription_id);

-- Alerts that wait.
CREATE TABLE held (
	id              INTEGER PRIMARY KEY AUTOINCREMENT,
	target          TEXT NOT NULL,
	subscription_id BIGINT NOT NULL,
	story_id        BIGINT NOT NULL,
	article_id      BIGINT NOT NULL,
	platform        TEXT NOT NULL,
	workspace       TEXT NOT NULL,
	channel         TEXT NOT NULL,
	direct          BOOLEAN NOT NULL,
	why             TEXT NOT NULL,
	created         BIGINT NOT NULL,
	due             BIGINT NOT NULL,
	UNIQUE (target, subscription_id, story_id)
);
CREATE INDEX held_due ON held (due, id);
CREATE INDEX held_story ON held (story_id);
