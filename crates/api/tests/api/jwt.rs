//! JWTs of an issuer that this test is: what counts, and what does not.

use std::{
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{
    rand::SystemRandom,
    rsa::PublicKeyComponents,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
        RSA_PKCS1_SHA384, RsaEncoding, RsaKeyPair,
    },
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tribute_api::{Issuer, Rate};

use crate::server::{Server, now, with_a_program};

/// An issuer: its keys, and how often they were asked for.
struct Idp {
    address: String,
    published: Arc<Mutex<Vec<Value>>>,
    asked: Arc<AtomicUsize>,
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number =
            three.iter().fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..=three.len() {
            let six = usize::try_from((number >> (18 - 6 * place)) & 63).unwrap();
            text.push(char::from(LETTERS[six]));
        }
    }
    text
}

impl Idp {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (published, asked) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
        let idp =
            Self { address: address.clone(), published: Arc::clone(&published), asked: Arc::clone(&asked) };
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.unwrap();
                let is_keys = request[..length].starts_with(b"GET /keys ");
                let body = if is_keys {
                    asked.fetch_add(1, Ordering::SeqCst);
                    json!({"keys": *published.lock().unwrap()}).to_string()
                } else {
                    json!({"issuer": address, "jwks_uri": format!("{address}/keys")}).to_string()
                };
                let head =
                    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                stream.write_all((head + &body).as_bytes()).await.unwrap();
            }
        });
        idp
    }

    fn issuer(&self, algorithms: &[&str]) -> Issuer {
        let said = json!({"issuer": self.address, "audience": "tribute", "algorithms": algorithms, "brand": "acme",
            "role_claim": "groups", "roles": {"runs-it": "brand_admin", "people": "ambassador", "apps": "app"},
            "ambassador_claim": "tribute_id"});
        serde_json::from_value(said).unwrap()
    }

    fn claims(&self, more: Value) -> Value {
        let at = now().millis() / 1_000;
        let mut claims = json!({"iss": self.address, "aud": "tribute", "sub": "u1", "exp": at + 300, "groups": ["runs-it"]});
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }
}

fn token(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let message =
        format!("{}.{}", base64(header.to_string().as_bytes()), base64(claims.to_string().as_bytes()));
    let signature = base64(&sign(message.as_bytes()));
    format!("{message}.{signature}")
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_token_of_a_trusted_issuer_that_is_right_in_everything_counts() {
    let idp = Idp::start().await;
    let random = SystemRandom::new();
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
    let ed = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
    let public = base64(ed.public_key().as_ref());
    idp.published
        .lock()
        .unwrap()
        .push(json!({"kty": "OKP", "crv": "Ed25519", "kid": "k1", "use": "sig", "x": public}));
    let server = Server::trusting(Rate::default(), vec![idp.issuer(&["EdDSA", "ES256"])]).await;
    with_a_program(&server).await;
    let head = json!({"alg": "EdDSA", "kid": "k1", "typ": "JWT"});
    let by_ed = |message: &[u8]| ed.sign(message).as_ref().to_vec();
    let good = |more: Value| token(&head, &idp.claims(more), by_ed);
    let brand = server.get(&good(json!({})), "/v1/brand").await;
    assert_eq!(
        (&brand.body["brand"], &brand.body["role"]),
        (&json!("acme"), &json!("brand_admin")),
        "{}",
        brand.text
    );
    assert!(brand.body["credential"].as_str().unwrap().starts_with("jwt_"));
    // Claims say who somebody is; a list may hold words that mean nothing here.
    let ada = good(json!({"groups": ["staff", "people"], "tribute_id": "ada"}));
    assert_eq!(server.get(&ada, "/v1/programs/friends/codes").await.all("code"), ["ada"]);
    assert_eq!(server.get(&ada, "/v1/programs/friends/codes?ambassador=ben").await.status, 404);
    let at = now().millis() / 1_000;
    for (why, more) in [
        ("expired", json!({"exp": at - 3600})),
        ("no end", json!({"exp": null})),
        ("an end that is no number", json!({"exp": "never"})),
        ("not yet", json!({"nbf": at + 3600})),
        ("another audience", json!({"aud": ["other"]})),
        ("no audience", json!({"aud": null})),
        ("another issuer", json!({"iss": "http://127.0.0.1:1"})),
        ("no role", json!({"groups": ["staff"]})),
        ("no ambassador", json!({"groups": ["people"]})),
    ] {
        let answer = server.get(&good(more), "/v1/brand").await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (401, &json!("unauthenticated")),
            "{why}: {}",
            answer.text
        );
    }
    // Neither nothing, nor a secret that is the public key, nor another key of the same name signs.
    let none = token(&json!({"alg": "none", "kid": "k1"}), &idp.claims(json!({})), |_| Vec::new());
    let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, ed.public_key().as_ref());
    let by_secret = |message: &[u8]| ring::hmac::sign(&secret, message).as_ref().to_vec();
    let shared = token(&json!({"alg": "HS256", "kid": "k1"}), &idp.claims(json!({})), by_secret);
    let other =
        Ed25519KeyPair::from_pkcs8(Ed25519KeyPair::generate_pkcs8(&random).unwrap().as_ref()).unwrap();
    let stolen = token(&head, &idp.claims(json!({})), |message| other.sign(message).as_ref().to_vec());
    let without = token(&json!({"alg": "EdDSA"}), &idp.claims(json!({})), by_ed);
    let confused = token(&json!({"alg": "ES256", "kid": "k1"}), &idp.claims(json!({})), by_ed);
    let altered = good(json!({})).replacen('.', ".e", 1);
    for token in [none, shared, stolen, without, confused, altered, "a.b.c".to_owned()] {
        assert_eq!(server.get(&token, "/v1/brand").await.status, 401, "{token}");
    }
    // However many tokens name keys that there are not, the issuer is left in peace.
    for kid in 0..20 {
        let unknown =
            token(&json!({"alg": "EdDSA", "kid": format!("x{kid}")}), &idp.claims(json!({})), by_ed);
        assert_eq!(server.get(&unknown, "/v1/brand").await.status, 401);
    }
    assert_eq!(idp.asked.load(Ordering::SeqCst), 1, "the keys were fetched once and kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_algorithm_that_the_issuer_may_not_use_is_refused() {
    let idp = Idp::start().await;
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap();
    let point = key.public_key().as_ref();
    let jwk = json!({"kty": "EC", "crv": "P-256", "kid": "k", "alg": "ES256", "x": base64(&point[1..33]), "y": base64(&point[33..])});
    idp.published.lock().unwrap().push(jwk);
    let sign = |message: &[u8]| key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec();
    let token = token(&json!({"alg": "ES256", "kid": "k"}), &idp.claims(json!({})), sign);
    let open = Server::trusting(Rate::default(), vec![idp.issuer(&["ES256"])]).await;
    assert_eq!(open.get(&token, "/v1/brand").await.status, 200);
    let narrow = Server::trusting(Rate::default(), vec![idp.issuer(&["RS256"])]).await;
    assert_eq!(narrow.get(&token, "/v1/brand").await.status, 401);
    // What is said of an issuer is looked at before anything is answered.
    let wrong = |change: &dyn Fn(&mut Issuer)| {
        let mut issuer = idp.issuer(&["ES256"]);
        change(&mut issuer);
        issuer.check().unwrap_err().to_string()
    };
    assert!(
        wrong(&|it| it.algorithms = vec![serde_json::from_value(json!("HS256")).unwrap()]).contains("HS256")
    );
    assert!(wrong(&|it| it.algorithms.clear()).contains("public keys"));
    assert!(wrong(&|it| it.brand = None).contains("brand_claim"));
    assert!(wrong(&|it| it.jwks = Some("http://id.example.com/keys".into())).contains("https"));
}

/// A key of the kind that most issuers sign with, made by openssl.
fn rsa_key() -> RsaKeyPair {
    let made = Command::new("openssl")
        .args(["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
        .output()
        .expect("install openssl");
    let pem = String::from_utf8(made.stdout).unwrap();
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    RsaKeyPair::from_pkcs8(&STANDARD.decode(text).unwrap()).unwrap()
}

fn rsa_jwk(key: &RsaKeyPair, kid: &str, more: Value) -> Value {
    let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(key.public());
    let mut jwk = json!({"kty": "RSA", "kid": kid, "n": base64(&n), "e": base64(&e)});
    for (name, value) in more.as_object().unwrap() {
        jwk[name] = value.clone();
    }
    jwk
}

fn rsa_signed(key: &RsaKeyPair, how: &'static dyn RsaEncoding, message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(how, &SystemRandom::new(), message, &mut signature).unwrap();
    signature
}

#[tokio::test(flavor = "multi_thread")]
async fn rs256_counts_by_its_own_key_alone() {
    let idp = Idp::start().await;
    let (key, stranger) = (rsa_key(), rsa_key());
    idp.published.lock().unwrap().extend([
        rsa_jwk(&key, "k", json!({"use": "sig", "alg": "RS256"})),
        rsa_jwk(&key, "other-algorithm", json!({"alg": "RS384"})),
        rsa_jwk(&key, "to-encrypt", json!({"use": "enc"})),
        rsa_jwk(&key, "plain", json!({})),
    ]);
    let server = Server::trusting(Rate::default(), vec![idp.issuer(&["RS256"])]).await;
    let by = |alg: &str, kid: &str, key: &RsaKeyPair, how: &'static dyn RsaEncoding| {
        token(&json!({"alg": alg, "kid": kid}), &idp.claims(json!({})), |it| rsa_signed(key, how, it))
    };
    for kid in ["k", "plain"] {
        let answer = server.get(&by("RS256", kid, &key, &RSA_PKCS1_SHA256), "/v1/brand").await;
        assert_eq!((answer.status, &answer.body["role"]), (200, &json!("brand_admin")), "{}", answer.text);
    }
    // The modulus as a shared secret: what a server believes that lets the token choose the algorithm.
    let PublicKeyComponents { n, .. } = PublicKeyComponents::<Vec<u8>>::from(key.public());
    let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &n);
    let shared = token(&json!({"alg": "HS256", "kid": "k"}), &idp.claims(json!({})), |it| {
        ring::hmac::sign(&secret, it).as_ref().to_vec()
    });
    for (why, token) in [
        ("another key", by("RS256", "k", &stranger, &RSA_PKCS1_SHA256)),
        ("an algorithm that the issuer may not use", by("RS384", "plain", &key, &RSA_PKCS1_SHA384)),
        ("another digest than it says", by("RS256", "k", &key, &RSA_PKCS1_SHA384)),
        ("a key for another algorithm", by("RS256", "other-algorithm", &key, &RSA_PKCS1_SHA256)),
        ("a key that does not sign", by("RS256", "to-encrypt", &key, &RSA_PKCS1_SHA256)),
        ("a shared secret", shared),
    ] {
        let answer = server.get(&token, "/v1/brand").await;
        assert_eq!((answer.status, &answer.body["code"]), (401, &json!("unauthenticated")), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_for_us_or_it_does_not_count() {
    let idp = Idp::start().await;
    let key = rsa_key();
    idp.published.lock().unwrap().push(rsa_jwk(&key, "k", json!({})));
    let server = Server::trusting(Rate::default(), vec![idp.issuer(&["RS256"])]).await;
    let with = |more: Value| {
        token(&json!({"alg": "RS256", "kid": "k"}), &idp.claims(more), |it| {
            rsa_signed(&key, &RSA_PKCS1_SHA256, it)
        })
    };
    assert_eq!(server.get(&with(json!({"aud": ["other", "tribute"]})), "/v1/brand").await.status, 200);
    for audience in [
        json!("Tribute"),
        json!("tribute2"),
        json!("tribut"),
        json!(""),
        json!([]),
        json!(["other"]),
        json!(7),
    ] {
        let answer = server.get(&with(json!({"aud": audience})), "/v1/brand").await;
        assert_eq!(answer.status, 401, "{audience}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scopes_of_a_token_narrow_what_its_role_may() {
    let idp = Idp::start().await;
    let key = rsa_key();
    idp.published.lock().unwrap().push(rsa_jwk(&key, "k", json!({})));
    let server = Server::trusting(Rate::default(), vec![idp.issuer(&["RS256"])]).await;
    let admin = with_a_program(&server).await;
    let with = |more: Value| {
        token(&json!({"alg": "RS256", "kid": "k"}), &idp.claims(more), |it| {
            rsa_signed(&key, &RSA_PKCS1_SHA256, it)
        })
    };
    let (earnings, payouts) = ("/v1/programs/friends/earnings", "/v1/payouts");
    let ada = json!({"groups": ["people"], "tribute_id": "ada"});
    let narrowed = |scope: Value| json!({"groups": ["people"], "tribute_id": "ada", "scope": scope});
    for (why, claims, seen) in [
        ("no claim", ada, [200, 200]),
        ("one scope", narrowed(json!("openid earnings:read")), [200, 403]),
        ("a list", narrowed(json!(["earnings:read", "payouts:read"])), [200, 200]),
        ("none of ours", narrowed(json!("openid profile")), [403, 403]),
        ("empty", narrowed(json!("")), [403, 403]),
        ("no words", narrowed(json!(7)), [403, 403]),
        ("more than the role has", narrowed(json!("payouts:write events:write")), [403, 403]),
    ] {
        let token = with(claims);
        let found = [server.get(&token, earnings).await.status, server.get(&token, payouts).await.status];
        assert_eq!(found, seen, "{why}");
    }
    // Whoever runs the brand may write by a token for writing, and nothing else by it.
    let issues = with(json!({"scope": "links:write"}));
    let code = json!({"code": "SPRING", "ambassador": "ada"});
    assert_eq!(server.post(&issues, "/v1/programs/friends/codes", "k", &code).await.status, 200);
    assert_eq!(server.get(&issues, earnings).await.status, 403);
    assert_eq!(server.get(&admin, "/v1/programs/friends/codes").await.all("code").len(), 3);
    // An issuer may call its claim otherwise.
    let mut named = idp.issuer(&["RS256"]);
    named.scope_claim = "scp".to_owned();
    let other = Server::trusting(Rate::default(), vec![named]).await;
    let found =
        [json!({"scp": ["payouts:read"]}), json!({"scp": ["earnings:read"], "scope": "payouts:read"})];
    let asked = found.map(with);
    let found = [other.get(&asked[0], payouts).await.status, other.get(&asked[1], payouts).await.status];
    assert_eq!(found, [200, 403]);
}
