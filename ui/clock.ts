/** The age of the data is counted on while a view is open. */

import { useEffect, useState } from 'react';

/** At this pace. */
const CLOCK_MS = 5000;

export function useClock(now: () => number): number {
  const [nowMs, setNowMs] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(now()), CLOCK_MS);
    return () => clearInterval(timer);
  }, [now]);
  return nowMs;
}
