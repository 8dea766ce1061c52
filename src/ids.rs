//! Typed positions: each id says in which list it is a position.

/// A position in one kind of list.
pub(crate) trait Id: Copy {
    /// The id of a position.
    fn new(position: u32) -> Self;

    /// The position, counted from zero.
    fn position(self) -> u32;

    /// The position as an index.
    #[inline(always)]
    fn index(self) -> usize {
        self.position() as usize
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $visibility:vis $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(clippy::exhaustive_structs, reason = "a position and nothing else; some ids are private")]
        $visibility struct $name($visibility u32);

        impl Id for $name {
            #[inline(always)]
            fn new(position: u32) -> Self {
                Self(position)
            }

            #[inline(always)]
            fn position(self) -> u32 {
                self.0
            }
        }
    )+};
}

ids! {
    /// The position of an application in its bundle.
    pub ApplicationId;

    /// The position of an organization in its bundle.
    pub OrganizationId;

    /// The position of a connection among the connections of all organizations of its bundle.
    pub ConnectionId;

    /// The position of a lookup in its bundle: a value that a host fetches from an event.
    pub LookupId;

    /// The position of a source among the sources of all connections of its bundle.
    pub(crate) SourceId;

    /// The position of a target group in the registry, which is sorted by name.
    pub TargetId;

    /// The position of a rule in its mapping, where rules are sorted by id.
    pub RuleId;

    /// The position of a clause in its mapping. A clause is a set of patterns; the first ones are the rules' own.
    pub ClauseId;

    /// The position of an exact name in a matcher.
    pub(crate) NameId;

    /// The position of an upstream group among those that a login carries.
    pub UpstreamId;

    /// The position of a value among the inputs of an organization's conditions and policies.
    pub(crate) InputId;
}
