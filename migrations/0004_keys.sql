-- Keys that were replaced, and how each server signs.

-- What an owner signed with before; an owner may have replaced its keys many times.
CREATE TABLE signing_key_former (
    owner           TEXT NOT NULL,
    replaced        BIGINT NOT NULL,
    rsa_private     BYTEA NOT NULL,
    ed25519_private BYTEA NOT NULL,
    encrypted       BOOLEAN NOT NULL,
    created         BIGINT NOT NULL,
    PRIMARY KEY (owner, replaced)
);

-- When the form in peer.signature was last seen to work; how the peer signs what
-- it sends, and since when; when its software was last asked for; and since when an
-- administrator has paused it, 0 when not.
ALTER TABLE peer ADD COLUMN signature_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN signature_in TEXT NOT NULL DEFAULT '';
ALTER TABLE peer ADD COLUMN software_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN paused BIGINT NOT NULL DEFAULT 0;
