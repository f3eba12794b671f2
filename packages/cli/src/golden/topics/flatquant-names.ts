/** The ends of a range as the study names them. */
const ends = { max: 'high', min: 'low' } as const;

/** What the study's modules call the parameters of a layer cut into `ranks`, and what they are called here. */
export function flatquantNames(
  ranks: number,
): readonly (readonly [theirs: string, ours: string])[] {
  const kronecker = (theirs: string, ours: string) =>
    [
      [`${theirs}.linear_left.weight`, `${ours}.left`],
      [`${theirs}.linear_right.weight`, `${ours}.right`],
      [`${theirs}.diag_scale`, `${ours}.diagonal`],
    ] as const;
  const clip = (theirs: string, ours: string) =>
    Object.entries(ends).map(
      ([their, our]) => [`${theirs}_${their}`, `clip.${ours}.${our}`] as const,
    );
  const perRank = Array.from({ length: ranks }, (_, rank) => [
    ...kronecker(`mlp.down_trans.trans_list.${rank}`, `down.${rank}`),
    [`self_attn.o_trans.trans_list.${rank}.linear.weight`, `o.${rank}`] as const,
  ]);
  const weights = (['q', 'k', 'v', 'o', 'gate', 'up', 'down'] as const).flatMap((role) => {
    const module = role.length === 1 ? 'self_attn' : 'mlp';
    return clip(`${module}.${role}_proj.clip_factor_w`, role);
  });
  return [
    ...kronecker('self_attn.ln_trans', 'qkv'),
    ...kronecker('mlp.up_gate_trans', 'gate-up'),
    ...perRank.flat(),
    ['self_attn.kcache_trans.linear.weight', 'key'],
    ['self_attn.vcache_trans.linear.weight', 'value'],
    ...weights,
    ...clip('self_attn.q_proj.act_quantizer.clip_factor_a', 'input.0'),
    ...clip('self_attn.o_proj.act_quantizer.clip_factor_a', 'input.1'),
    ...clip('mlp.up_gate_quant.clip_factor_a', 'input.2'),
    ...clip('mlp.down_proj.act_quantizer.clip_factor_a', 'input.3'),
    ...clip('self_attn.k_cache_quantizer.clip_factor_a', 'key'),
    ...clip('self_attn.v_cache_quantizer.clip_factor_a', 'value'),
  ];
}
