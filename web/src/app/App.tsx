import { FluentProvider, makeStyles, Spinner, tokens } from "@fluentui/react-components";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import type { User } from "oidc-client-ts";
import { useEffect, useState } from "react";
import { currentUser, finishSignIn, signIn } from "../api/auth";
import { ErrorMessage } from "../ui/ErrorMessage";
import { Notices } from "../ui/notify";
import { router } from "./router";
import { SchemeContext, UserContext } from "./session";
import { dark, light, useScheme } from "./theme";

const useStyles = makeStyles({
  root: { minHeight: "100vh", backgroundColor: tokens.colorNeutralBackground3 },
  middle: { maxWidth: "560px", margin: "0 auto", padding: "20vh 24px 0" },
});

/** The whole portal, once somebody has signed in. */
export function App({ queries }: { queries: QueryClient }) {
  const styles = useStyles();
  const [scheme, choose] = useScheme();
  const [user, setUser] = useState<User>();
  const [error, setError] = useState<unknown>();

  // Signing in leaves the page and comes back, so it runs once, outside of what React renders.
  useEffect(() => {
    enter().then(setUser).catch(setError);
  }, []);
  // What the browser itself draws, such as scroll bars, follows.
  useEffect(() => {
    document.documentElement.style.colorScheme = scheme;
  }, [scheme]);

  return (
    // The styles of the provider go to what floats above the page too, so it has none of its own.
    <FluentProvider theme={scheme === "dark" ? dark : light}>
      <div className={styles.root}>
        <SchemeContext value={{ scheme, choose }}>
          {error ? (
            <main className={styles.middle}>
              <ErrorMessage error={error} retry={() => location.assign("/")} />
            </main>
          ) : user ? (
            <UserContext value={user}>
              <QueryClientProvider client={queries}>
                <RouterProvider router={router} />
                <Notices />
              </QueryClientProvider>
            </UserContext>
          ) : (
            <main className={styles.middle}>
              <Spinner label="Signing in" />
            </main>
          )}
        </SchemeContext>
      </div>
    </FluentProvider>
  );
}

let entered: Promise<User | undefined> | undefined;

/** Gives the signed-in person, or leaves for the sign-in page. */
function enter(): Promise<User | undefined> {
  entered ??= (async () => {
    if (location.pathname === "/signed-in") {
      const path = await finishSignIn();
      router.history.replace(path);
    }
    const user = await currentUser();
    if (user && !(user.expired && !user.refresh_token)) return user;
    await signIn(location.pathname + location.search);
    return undefined;
  })();
  return entered;
}
