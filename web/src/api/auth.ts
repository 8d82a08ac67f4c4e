// Signing in: authorization code with PKCE against the server's own issuer.

import { UserManager, WebStorageStateStore } from "oidc-client-ts";

/** What the server says of itself before anyone signs in. */
export interface Portal {
  tenantId: string;
  tenantName: string;
  clientId: string;
  version: string;
}

let manager: Promise<{ users: UserManager; portal: Portal }> | undefined;

function start() {
  manager ??= (async () => {
    const answer = await fetch("/api/freehold/portal").catch(() => undefined);
    if (!answer?.ok) throw new Error("The server does not answer. Is it still starting?");
    const portal = (await answer.json()) as Portal;
    const users = new UserManager({
      authority: `${location.origin}/${portal.tenantId}/v2.0`,
      client_id: portal.clientId,
      redirect_uri: `${location.origin}/signed-in`,
      post_logout_redirect_uri: `${location.origin}/`,
      // The server itself is the resource: its administration and all of its environments.
      scope: `openid profile email offline_access ${location.origin}/.default`,
      userStore: new WebStorageStateStore({ store: sessionStorage }),
      automaticSilentRenew: false,
    });
    return { users, portal };
  })();
  return manager;
}

/** The tenant and version, known without signing in. */
export const portal = async () => (await start()).portal;

/** The signed-in person, or nobody. */
export async function currentUser() {
  const { users } = await start();
  return users.getUser();
}

/** Goes to the sign-in page; comes back to `path`. */
export async function signIn(path: string) {
  const { users } = await start();
  await users.signinRedirect({ state: path });
}

/** Takes the answer of the sign-in page; gives the path to go back to. */
export async function finishSignIn(): Promise<string> {
  const { users } = await start();
  const user = await users.signinRedirectCallback();
  return typeof user.state === "string" ? user.state : "/";
}

/** Ends the session here and on the server. */
export async function signOut() {
  const { users } = await start();
  await users.signoutRedirect();
}

/** A token that is good for at least another minute; renews it when it is not. */
export async function token(): Promise<string> {
  const user = await currentUser();
  return user && (user.expires_in ?? 0) > 60 ? user.access_token : renew();
}

let renewing: Promise<string> | undefined;

/** A fresh token. However many ask at once, the server is asked once. */
export function renew(): Promise<string> {
  renewing ??= fresh().finally(() => {
    renewing = undefined;
  });
  return renewing;
}

async function fresh(): Promise<string> {
  const { users } = await start();
  const user = await users.getUser();
  if (!user?.refresh_token) return signInAgain();
  const renewed = await users.signinSilent().catch(signInAgain);
  return renewed?.access_token ?? signInAgain();
}

/** Leaves for the sign-in page, to come back here: nothing on this page goes on. */
export async function signInAgain(): Promise<never> {
  await signIn(location.pathname + location.search);
  return new Promise<never>(() => undefined);
}
