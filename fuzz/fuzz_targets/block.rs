//! No block makes the engine panic, and one that cannot be used changes nothing: damaged bundles with a forged digest,
//! damaged statements that a known key signed, and values of metadata that were mixed.
#![no_main]

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, OnceLock};

use arbitrary::Arbitrary;
use claimsmith::cases::Case;
use claimsmith::compiler::CompiledPlatform;
use claimsmith::compiler::inspect::mapping_files;
use claimsmith::{Bundle, FORMAT_VERSION, Note, Outcome, Reason, TargetId, boundary, key_id};
use claimsmith_fuzz::{Edit, damage, platforms_with_blocks};
use claimsmith_lifecycle::block::{
    Bundles, LocalKey, Sign, SignedBlock, UnsignedBlock, Verification, VerificationKey, Verified, key_name,
};
use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha512};

/// The magic, the version and the digest of a bundle.
const HEADER: usize = 4 + 1 + 32;

/// When blocks are signed, and when their logins are, in seconds since 1970.
const ISSUED: u32 = 1_790_000_000;
const NOW: f64 = 1_790_000_060.0;

const DOMAIN: &str = "fuzz.eu.auth0.com";

/// What is verified must not be larger, however little it takes compressed.
const MAX_INFLATED: usize = 262_144;

/// One customer whose mapping travels.
struct Customer {
    platform: &'static CompiledPlatform,
    /// Without the mappings that travel.
    action: Arc<Vec<u8>>,
    id: String,
    bundle: Vec<u8>,
    /// A final block and a pending one, each with what is verified. Made when they are needed, because an input must not
    /// wait for those of all customers.
    signed: OnceLock<[(SignedBlock, Verified); 2]>,
    cases: Vec<&'static Case>,
}

impl Customer {
    fn signed(&self) -> &[(SignedBlock, Verified); 2] {
        self.signed.get_or_init(|| {
            let old = self.bundle.as_slice();
            [Bundles::Final(old), Bundles::Pending { old, candidate: old, deadline: ISSUED + 600 }].map(
                |bundles| {
                    let unsigned = UnsignedBlock::new(DOMAIN, &self.id, ISSUED, bundles).expect("it fits");
                    let block = unsigned.sign(&[&*KEY]).expect("the key signs");
                    let verified = VERIFICATION.verify(&self.id, &block, Some(NOW)).expect("a good block");
                    (block, verified)
                },
            )
        })
    }
}

static PLATFORMS: LazyLock<Vec<CompiledPlatform>> = LazyLock::new(platforms_with_blocks);

static KEY: LazyLock<LocalKey> = LazyLock::new(|| LocalKey::from_seed([7; 32]).expect("a seed of 32 bytes"));

static VERIFICATION: LazyLock<Verification> = LazyLock::new(|| Verification {
    domain: DOMAIN.to_owned(),
    floor: 0,
    floors: BTreeMap::new(),
    keys: vec![VerificationKey::of_all(&KEY.public())],
});

static CUSTOMERS: LazyLock<Vec<Customer>> = LazyLock::new(|| {
    let mut customers = Vec::new();
    for platform in PLATFORMS.iter() {
        let names: Vec<&str> = mapping_files(platform).map(|(name, _)| name).collect();
        let action = platform.bundle_with_blocks(&names.iter().copied().collect());
        let action = Arc::new(action);
        for name in names {
            let Ok(block) = platform.block(name) else { continue };
            let own = |case: &&Case| {
                case.event.pointer("/organization/id") == Some(&block.organization_id.as_str().into())
            };
            customers.push(Customer {
                platform,
                action: Arc::clone(&action),
                cases: platform.cases.iter().filter(own).collect(),
                id: block.organization_id.clone(),
                bundle: block.bundle,
                signed: OnceLock::new(),
            });
        }
    }
    customers
});

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    /// Whose block is damaged.
    customer: u16,
    /// Which of the customer's logins arrives.
    case: u16,
    issued: u32,
    protected: u32,
    is_pending: bool,
    /// Of the bundle, of the statement before it is signed, and of the values of the metadata.
    bundle: Vec<Edit>,
    message: Vec<Edit>,
    values: Vec<Edit>,
    /// A call, and a block by itself.
    bytes: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let customer = &CUSTOMERS[usize::from(input.customer) % CUSTOMERS.len()];
    check_engine(customer, &input);
    check_statement(customer, &input);
    check_metadata(customer, &input);
});

/// The engine with a block that can be used, and then with one that may be damaged.
fn check_engine(customer: &Customer, input: &Input<'_>) {
    let action = &Bundle::decode(&customer.action).expect("the compiler's bundles decode");
    let (header, body) = customer.bundle.split_at(HEADER);
    let alone = [b"CSMB", &[FORMAT_VERSION][..], &[0; 32], input.bytes].concat();
    let calls = [[header, &damage(body, &input.bundle)].concat(), alone]
        .map(|bytes| call(&customer.id, &bytes, input.issued, input.protected));
    let call = call(&customer.id, &customer.bundle, ISSUED, 1);
    let good = boundary::load_block(action, &call).expect("a good block");
    let case = match customer.cases.as_slice() {
        [] => &customer.platform.cases[usize::from(input.case) % customer.platform.cases.len()],
        cases => cases[usize::from(input.case) % cases.len()],
    };
    let one = [&good];
    let alone = boundary::Loaded { platform: action, blocks: &one };
    let before = log_in(alone, 1, case, input.bytes);

    check_refusal(boundary::load_block(action, input.bytes).err());
    for call in &calls {
        match boundary::load_block(action, call) {
            Err(reason) => {
                check_refusal(Some(reason));
                assert_eq!(log_in(alone, 1, case, input.bytes), before, "a failed load changes nothing");
            }
            Ok(block) => {
                let two = [&good, &block];
                let both = boundary::Loaded { platform: action, blocks: &two };
                assert_eq!(log_in(both, 1, case, input.bytes), before, "blocks do not mix");
                log_in(both, 2, case, input.bytes);
                let (route, evaluation) = (boundary::NO_ROUTE.to_vec(), boundary::REFUSAL.to_vec());
                assert_eq!(
                    log_in(both, 3, case, input.bytes),
                    [route, evaluation],
                    "there is no third block"
                );
                for kind in 0..32 {
                    let _ = boundary::text(Some(both), 2, kind, u32::from(input.case));
                }
            }
        }
    }
}

/// A call of `load_block`, with the digest that the bundle's header has.
fn call(organization: &str, bundle: &[u8], issued: u32, protected: u32) -> Vec<u8> {
    let digest = bundle.get(HEADER - 32..HEADER).expect("a header");
    [
        digest,
        &issued.to_le_bytes(),
        &protected.to_le_bytes(),
        &(organization.len() as u32).to_le_bytes(),
        organization.as_bytes(),
        bundle,
    ]
    .concat()
}

fn check_refusal(reason: Option<Reason>) {
    assert!(matches!(reason, None | Some(Reason::BlockVersion | Reason::BlockDamaged)), "{reason:?}");
}

/// The words of both calls of a login with the mapping of a handle.
fn log_in(loaded: boundary::Loaded<'_, '_>, handle: u32, case: &Case, bytes: &[u8]) -> [Vec<u32>; 2] {
    let texts = ["/organization/id", "/connection/name", "/client/client_id"]
        .map(|it| case.event.pointer(it).and_then(|it| it.as_str()));
    let encoded = |text: Option<&str>| match text {
        Some(text) => [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat(),
        None => boundary::NONE.to_le_bytes().to_vec(),
    };
    let mut route = Vec::new();
    boundary::route(
        loaded,
        &[handle.to_le_bytes().to_vec(), texts.map(encoded).concat()].concat(),
        &mut route,
    );
    let (head, lookups) = route.split_first_chunk::<3>().expect("three words");
    let [application, destination, count] = *head;
    assert_eq!(lookups.len(), count as usize);
    let words = [application, destination, handle].map(u32::to_le_bytes).concat();
    // The same text for every value that is asked for.
    let value = [&[5], &(bytes.len() as u32).to_le_bytes()[..], bytes].concat();
    let call = [words, NOW.to_le_bytes().to_vec(), value.repeat(lookups.len())].concat();
    let mut evaluation = Vec::new();
    boundary::evaluate(loaded, &call, &mut evaluation);
    check_evaluation(loaded.platform, &evaluation);
    [route, evaluation]
}

/// What must be true of every answer: its groups are the platform's, and only a good login has any.
fn check_evaluation(platform: &Bundle<'_>, words: &[u32]) {
    let (head, rest) = words.split_first_chunk::<8>().expect("eight words");
    let [outcome, reason, application, _, _, _, notes, groups] = *head;
    assert!(outcome <= Outcome::None as u32 && (reason as usize) < Reason::ALL.len());
    let (told, rest) = rest.split_at(2 * notes as usize);
    let granted = &rest[..groups as usize];
    assert!(granted.is_sorted_by(|one, next| one < next));
    assert!(granted.iter().all(|group| platform.group_name(TargetId(*group)).is_some()));
    let is_partial = told.chunks(2).any(|note| note[0] == Note::Partial as u32);
    let may_grant = outcome == Outcome::Groups as u32 && (reason == Reason::Ok as u32 || is_partial);
    assert!(granted.is_empty() || may_grant && application != boundary::NONE);
}

/// A statement that the key signed after it was damaged: what follows the signature must hold as well.
fn check_statement(customer: &Customer, input: &Input<'_>) {
    let bytes = customer.signed()[usize::from(input.is_pending)].0.bytes();
    let message = damage(&bytes[..bytes.len() - 8 - 64], &input.message);
    let signed = [message.as_slice(), &key_id(&KEY.public()), &signature(&message)].concat();
    for bytes in [signed.as_slice(), input.bytes] {
        let block = SignedBlock::from_bytes(bytes.to_vec());
        let Ok(verified) = VERIFICATION.verify(&customer.id, &block, Some(NOW)) else {
            continue;
        };
        let candidate = verified.candidate.as_ref().map(|(candidate, _)| candidate.len());
        assert!(verified.bundle.len() + candidate.unwrap_or_default() <= MAX_INFLATED);
        assert!(verified.candidate.is_none_or(|(_, deadline)| deadline > verified.issued));
        assert!(f64::from(verified.issued) <= NOW + 300.0);
    }
}

/// OpenSSH's signature, written here a second time.
fn signature(message: &[u8]) -> Vec<u8> {
    let string = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes(), bytes].concat();
    let parts: [&[u8]; 4] = [b"claimsmith-block", b"", b"sha512", &Sha512::digest(message)];
    let signed = [b"SSHSIG".to_vec(), parts.map(string).concat()].concat();
    KEY.sign(&signed).expect("the key signs").to_vec()
}

/// Values of metadata that were damaged or mixed are refused, or have the block as it was signed.
fn check_metadata(customer: &Customer, input: &Input<'_>) {
    let [(whole, whole_verified), (pending, pending_verified)] = customer.signed();
    // Large mappings have no values at all.
    let (Ok(values), Ok(others)) = (whole.values(), pending.values()) else { return };
    let mut metadata: BTreeMap<String, String> = BTreeMap::new();
    for (at, value) in values.iter().enumerate() {
        let value = if input.is_pending && at % 2 == 1 { others.get(at).unwrap_or(value) } else { value };
        metadata.insert(key_name(at), value.clone());
    }
    let place = usize::from(input.case) % values.len();
    if let Some(value) = metadata.get_mut(&key_name(place)) {
        *value = String::from_utf8_lossy(&damage(value.as_bytes(), &input.values)).into_owned();
    }
    let Ok(joined) = SignedBlock::join(|key| metadata.get(key).map(String::as_str)) else { return };
    if let Ok(verified) = VERIFICATION.verify(&customer.id, &joined, Some(NOW)) {
        assert!([whole_verified, pending_verified].contains(&&verified), "a block that was never signed");
    }
}
