-- What the job « expire_offers » writes, and nothing else: the state, a line of the journal, an e-mail to send.
WITH due AS (
    SELECT id FROM offer
    WHERE status = 'online' AND last_day < %(today)s
    ORDER BY last_day
    LIMIT %(batch)s
    FOR UPDATE SKIP LOCKED
), ended AS (
    UPDATE offer
    SET status = 'ended', end_reason = 'expired', ended_at = now(), changed_at = now(), version = version + 1
    FROM due
    WHERE offer.id = due.id
    RETURNING offer.id, offer.contact_id, offer.last_day
), noted AS (
    INSERT INTO journal_entry (at, actor_kind, channel, action, object_type, object_id, fields, facts)
    SELECT now(), 'system', 'job', 'offer_expired', 'offer', id, '[]', '{}' FROM ended
), written AS (
    INSERT INTO outbox_message (
        kind, template, refs, recipient, rhythm, dedupe_key, message_id, about_type, about_id, status,
        created_at, due_at, attempts, worker_deaths, possible_duplicate
    )
    SELECT 'mail', 'offer_expired', json_build_object('offer', ended.id), contact.email, 'now',
        'mail:offer:' || ended.id || ':expired:' || ended.last_day, replace(gen_random_uuid()::text, '-', ''),
        'offer', ended.id::text, 'pending', now(), now(), 0, 0, false
    FROM ended JOIN contact ON contact.id = ended.contact_id
    ON CONFLICT (dedupe_key) DO NOTHING
)
SELECT count(*) FROM ended
