//! On PostgreSQL, what the role that reads for the API may see: rows of the brand that is set, and of the installation.
//!
//! The policies bind everybody but the tables' owner, which the services are. Where this login may not make roles, somebody
//! makes `tribute_api` who may; without it nothing is read through the wall.

/// One text, which may run again: it finds the tables with a brand by itself.
pub(super) const POLICIES: &str = "
DO $$
DECLARE
    named TEXT;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tribute_api') THEN
        BEGIN
            CREATE ROLE tribute_api NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
        END;
    END IF;
    FOR named IN
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attname = 'brand'
        ORDER BY c.relname
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', named);
        EXECUTE format('DROP POLICY IF EXISTS own_brand ON %I', named);
        EXECUTE format(
            'CREATE POLICY own_brand ON %I FOR SELECT USING (brand IN (current_setting(''tribute.brand'', true), ''*''))',
            named);
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tribute_api') THEN
        RETURN;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO tribute_api', current_schema());
    FOR named IN
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND (c.relname IN ('clock', 'fx_rate')
            OR c.relrowsecurity AND c.relname NOT IN
                ('api_key', 'idempotency_key', 'person', 'person_detail', 'person_account', 'person_address', 'vault_key',
                'outbox', 'shop', 'webhook_secret', 'webhook_position'))
        ORDER BY c.relname
    LOOP
        EXECUTE format('GRANT SELECT ON %I TO tribute_api', named);
    END LOOP;
    IF NOT pg_has_role(current_user, 'tribute_api', 'MEMBER') THEN
        BEGIN
            EXECUTE format('GRANT tribute_api TO %I', current_user);
        EXCEPTION WHEN insufficient_privilege OR unique_violation THEN NULL;
        END;
    END IF;
END $$";
