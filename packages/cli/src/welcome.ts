/** What the bare command says. */
export const welcome = `Thinkbits: how few bits can a reasoning model think with?
Quantize reasoning models and measure what it does to their reasoning.

  thinkbits generate tiny-reasoner-micro "Ana has 12 apples. She eats 5. How many are left?"
  thinkbits quantize tiny-reasoner-nano -r rtn:w4g128 -o nano-w4
  thinkbits evaluate nano-w4 -b chain --limit 20 -o runs/nano-w4
  thinkbits study STUDY.json

thinkbits --help lists every verb, thinkbits VERB --help explains one with an example,
thinkbits doctor says what this machine can do.
`;
