/** The identities a signal carries, as keyed hashes. */
export interface CarriedIdentities {
  readonly user: string | null;
  readonly anonymous: string | null;
  /** alias: the earlier id, which may have been a userId or an anonymousId. */
  readonly previous: { readonly user: string; readonly anonymous: string } | null;
}

/** What is known before the batch, canonical profiles only. */
export interface KnownIdentities {
  /** Profile by identity. */
  readonly profiles: ReadonlyMap<string, string>;
  /** The userId's hash by profile; null while it is anonymous. */
  readonly users: ReadonlyMap<string, string | null>;
}

interface Binding {
  readonly hash: string;
  readonly kind: 'user' | 'anonymous';
  readonly profileId: string;
  /** Which of the signals bound it. */
  readonly index: number;
}

/** What one signal means for identities. */
interface Step {
  readonly profileId: string;
  /** Profiles that become part of this one before the signal is applied. */
  readonly merged: readonly string[];
  /** Whether the signal's userId becomes the profile's. */
  readonly takesUser: boolean;
}

export interface IdentityPlan {
  readonly steps: readonly Step[];
  readonly created: readonly string[];
  readonly bindings: readonly Binding[];
}

/**
 * To whom a run of signals belongs, in their order.
 *
 * - A signal belongs to its userId, else to its anonymousId.
 * - An anonymousId that was nobody's joins the userId it is seen with, its history included.
 * - An anonymousId that is somebody else's already (a shared device) stays theirs: two userIds never become one that way.
 * - `alias` joins the earlier id to the userId, also when both were userIds: that is what it says. Where the earlier id is only known as a device of
 *   somebody else, nothing is joined.
 */
export function planIdentities(
  signals: readonly CarriedIdentities[],
  known: KnownIdentities,
  newId: () => string,
): IdentityPlan {
  const book = new IdentityBook(known, newId);
  const steps = signals.map((carried, index) => book.step(carried, index));
  return { steps, created: book.created, bindings: book.bindings };
}

class IdentityBook {
  readonly created: string[] = [];
  readonly bindings: Binding[] = [];
  private readonly profiles: Map<string, string>;
  private readonly users: Map<string, string | null>;
  private readonly mergedInto = new Map<string, string>();

  constructor(
    known: KnownIdentities,
    private readonly newId: () => string,
  ) {
    this.profiles = new Map(known.profiles);
    this.users = new Map(known.users);
  }

  step(carried: CarriedIdentities, index: number): Step {
    const merged: string[] = [];
    const { user, anonymous, previous } = carried;
    const primary = user ?? anonymous;
    if (primary === null) throw new Error('a signal without an identity belongs to nobody');
    let profileId = this.find(primary);
    if (profileId === null) {
      profileId = this.adoptable(carried) ?? this.create();
      this.bind(primary, user === null ? 'anonymous' : 'user', profileId, index);
    }
    let takesUser = false;
    if (user !== null && (this.users.get(profileId) ?? null) === null) {
      this.users.set(profileId, user);
      takesUser = true;
    }
    if (previous !== null) {
      const before = this.find(previous.user);
      if (before !== null) {
        // The alias names a userId that this profile had until now.
        if (before === profileId && this.users.get(profileId) === previous.user) {
          this.users.set(profileId, user);
          takesUser = true;
        }
        this.merge(before, profileId, merged);
      } else this.bind(previous.user, 'user', profileId, index);
      this.join(previous.anonymous, profileId, merged, index);
    }
    if (user !== null && anonymous !== null) this.join(anonymous, profileId, merged, index);
    return { profileId, merged, takesUser };
  }

  /** A profile that a userId seen for the first time takes over: its visitor's, or the one of the id it replaces. */
  private adoptable({ user, anonymous, previous }: CarriedIdentities): string | null {
    if (user === null) return null;
    if (previous !== null) {
      const before = this.find(previous.user);
      if (before !== null) return before;
    }
    for (const hash of [previous?.anonymous, anonymous]) {
      const profile = hash == null ? null : this.find(hash);
      if (profile !== null && (this.users.get(profile) ?? null) === null) return profile;
    }
    return null;
  }

  private join(anonymous: string, profileId: string, merged: string[], index: number): void {
    const visitor = this.find(anonymous);
    if (visitor === null) this.bind(anonymous, 'anonymous', profileId, index);
    else if ((this.users.get(visitor) ?? null) === null) this.merge(visitor, profileId, merged);
  }

  private merge(from: string, into: string, merged: string[]): void {
    if (from === into) return;
    this.mergedInto.set(from, into);
    merged.push(from);
  }

  private create(): string {
    const id = this.newId();
    this.created.push(id);
    this.users.set(id, null);
    return id;
  }

  private bind(hash: string, kind: Binding['kind'], profileId: string, index: number): void {
    this.profiles.set(hash, profileId);
    this.bindings.push({ hash, kind, profileId, index });
  }

  private find(hash: string): string | null {
    let id = this.profiles.get(hash);
    for (let into = id; into !== undefined; into = this.mergedInto.get(into)) id = into;
    return id ?? null;
  }
}
