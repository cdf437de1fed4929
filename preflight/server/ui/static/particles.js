// Korean particles: of `을(를)` in a translation, the form that follows the sound before it.

const PARTICLES = /은\(는\)|이\(가\)|을\(를\)|과\(와\)|\(으\)로|\(이\)(?=[가-힣])/g;
const RIEUL = 8;
/** Digit or letter → final consonant of its Korean name, where it has one. @type {Record<string, number>} */
const FINALS = { 0: 21, 1: RIEUL, 3: 16, 6: 1, 7: RIEUL, 8: RIEUL, l: RIEUL, m: 16, n: 4, r: RIEUL };

/**
 * Choose between the two forms of each particle in a part of a sentence.
 * @param {string} before the sentence up to that part
 * @param {string} part
 */
export function withParticles(before, part) {
  return part.replace(PARTICLES, (both, at) => {
    const final = finalOf(`${before}${part.slice(0, at)}`.replace(/['"`)\]]+$/, "").slice(-1));
    if (both === "(으)로") return final === 0 || final === RIEUL ? "로" : "으로";
    if (both === "(이)") return final ? "이" : "";
    const [one, other] = both.slice(0, -1).split("(");
    return final ? one : other;
  });
}

/** The final consonant of a sign as it is spoken; 0 for none. @param {string} sign */
function finalOf(sign) {
  if (sign >= "가" && sign <= "힣") return (sign.charCodeAt(0) - 0xac00) % 28;
  return FINALS[sign.toLowerCase()] ?? 0;
}
