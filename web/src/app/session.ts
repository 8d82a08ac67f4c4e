// Who is signed in, and how the portal looks to them.

import type { User } from "oidc-client-ts";
import { createContext, use } from "react";
import type { Scheme } from "./theme";

export const UserContext = createContext<User | undefined>(undefined);

export const SchemeContext = createContext<{ scheme: Scheme; choose: (scheme: Scheme) => void }>({
  scheme: "light",
  choose: () => undefined,
});

/** The person who has signed in. */
export function useUser() {
  const user = use(UserContext);
  if (!user) throw new Error("used outside of the signed-in part");
  const name = user.profile.name ?? user.profile.preferred_username ?? "";
  return { name, upn: user.profile.preferred_username ?? "" };
}
