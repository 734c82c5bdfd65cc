/** Waits for a server that is away or busy. */

import { ApiError } from "./api";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/** Does it again until the server is there, telling of each trouble; false where that is in vain. */
export async function patiently(
  attempt: () => Promise<void>,
  trouble: (error: ApiError | null) => void,
): Promise<boolean> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
    try {
      await attempt();
      trouble(null);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      trouble(error);
      if (error.trouble !== "network" && error.trouble !== "busy") return false;
      await new Promise((resolve) => setTimeout(resolve, Math.max(waitMs, error.retryAfterMs)));
    }
  }
}
