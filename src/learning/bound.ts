/** P(X ≤ k) for X ~ Binomial(n, p). Terms by recurrence in logarithms, so that no n that people can audit overflows. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n || p <= 0) return 1;
  if (p >= 1) return 0;
  let term = n * Math.log1p(-p);
  let sum = Math.exp(term);
  const odds = Math.log(p) - Math.log1p(-p);
  for (let i = 1; i <= k; i++) {
    term += Math.log((n - i + 1) / i) + odds;
    sum += Math.exp(term);
  }
  return Math.min(1, sum);
}

/** The relative entropy of two coins, `a` against `b`; 0·log 0 is 0. */
function coinEntropy(a: number, b: number): number {
  const head = a === 0 ? 0 : a * Math.log(a / b);
  const tail = a === 1 ? 0 : (1 - a) * Math.log((1 - a) / (1 - b));
  return head + tail;
}

/**
 * The Hoeffding-Bentkus p-value of "the expected loss is above `tolerated`" after `n` independent losses between 0 and 1 with this mean
 * (Bates et al. 2021, Angelopoulos et al. 2021, "Learn then Test"). Small means: it is not above.
 */
export function hoeffdingBentkus(mean: number, n: number, tolerated: number): number {
  if (n === 0 || mean >= tolerated) return 1;
  const hoeffding = Math.exp(-n * coinEntropy(mean, tolerated));
  // A mean of losses that are whole numbers divided by a share arrives a hair above the whole number; the ceiling must not jump for it.
  const bentkus = Math.E * binomialCdf(Math.ceil(n * mean - 1e-9), n, tolerated);
  return Math.min(1, hoeffding, bentkus);
}

/** How many audits with exactly so many misses show, at this confidence, that the share of wrong approvals is at most `tolerated`. */
export function auditsNeeded(misses: number, tolerated: number, confidence: number): number {
  const shows = (n: number) => hoeffdingBentkus(misses / n, n, tolerated) <= 1 - confidence;
  let high = Math.max(1, misses + 1);
  while (!shows(high)) high *= 2;
  let low = Math.max(1, Math.floor(high / 2));
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (shows(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
