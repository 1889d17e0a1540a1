"""CHO fed-batch with a monoclonal antibody: growth, overflow metabolism, lactate shift, titre.

An unstructured, unsegregated model with two nutrients that can be measured (glucose, glutamine) and one that
usually is not (the amino acids, lumped). Time in h, volumes in L, cells in 1e6/mL (= 1e9/L),
metabolites in mmol/L, specific rates in pmol/(cell.h) (= mmol per 1e9 cells and hour), product in g/L.

State ``x`` (12)::

    0 vcd      1e6/mL   viable cells                 6 igg      g/L      monoclonal antibody
    1 dead     1e6/mL   dead cells, not yet lysed    7 salt     mmol/L   osmoles besides the named species
    2 glc      mmol/L   glucose                      8 igg_made g        product formed so far (integral)
    3 gln      mmol/L   glutamine                    9 ivcd     1e6/mL*d integral of viable cells
    4 lac      mmol/L   lactate                     10 volume   L        broth
    5 nh4      mmol/L   ammonia + ammonium           11 aa      mmol/L   amino acids, lumped

Input ``u`` (7)::

    0 feed_f2 L/h  nutrient feed F2 (composition: parameters f2_*)      4 temperature degC
    1 feed_glc L/h glucose concentrate (parameter fg_glc)              5 ph          1
    2 feed_base L/h base (parameter base_na)                          6 dissolved_oxygen % of air saturation
    3 draw L/h     broth taken out (samples, harvest)

Output ``y = outputs(x, u, p)`` (10): vcd 1e6/mL, viability %, glucose g/L, lactate g/L, glutamine mmol/L,
ammonia mmol/L, osmolality mosm/kg (the sum of osmoles), titre g/L, oxygen uptake rate mmol/(L.h), volume L.

Equations (all concentrations are clipped at zero inside the rates, all switches are smooth)::

    M(s) = s / (k_s + s);  I(c) = ki_c / (ki_c + c);  I(ivcd) = 1 / (1 + (ivcd/ki_ivcd)^2)
    mu   = mu_max * M(glc) * [phi + (1-phi) M(gln)] * M(aa) * I(lac) * I(nh4) * I(osm) * I(ivcd)
                * fT * fpH * fDO
    kd   = kd_0 + kd_aa (1 - M(aa))^2 + kd_glc (1 - M(glc)) + kd_nh4 nh4^2/(K^2 + nh4^2) + kd_osm S(osm)
                + kd_age * S(ivcd)
    qglc = (q_glc_growth * mu/mu_max + q_glc_maint) * M(glc)
    qlac = y_lac_glc * softplus(qglc - q_glc_ox)  -  q_lac_max * M(lac) * (1 - mu/mu_max)^2
    qgln = (q_gln_growth * mu/mu_max + q_gln_maint) * M(gln);   gln decays with k_gln
    qaa  = aa_growth * mu + (aa_maint) * M(aa) + aa_igg * qp
    qnh4 = y_nh4_gln * qgln + y_nh4_aa * aa_maint * M(aa) - q_nh4_max * M(nh4) * (1 - M(gln))
    qp   = qp_max * M(aa) * M(glc) * (1 - g * mu/mu_max) * fTp * fpH

The lactate shift follows from the structure and is not scheduled: fast growth takes up more glucose than
the cells oxidise, the rest overflows; as growth slows, uptake falls below capacity and lactate is burnt.

Sources: structure of overflow and inhibition after Amribt, Niu and Bogaerts 2013 (Biochem. Eng. J. 70:196)
and Xing, Bishop, Leister and Li 2010 (Biotechnol. Prog. 26:208, large-scale CHO fed-batch); the plausible
windows (15 to 25e6/mL, 3 to 6 g/L, viability at least 70 % at harvest) after Moeller et al. 2020
(Comput. Chem. Eng. 134:106693). The values are *not* a fit to one published data set: each row of the
table says whether it
is a published magnitude or was chosen so that a 14-day industrial batch comes out inside these windows.
"""

from __future__ import annotations

import math

import numpy as np

from titer.science.kinetics.spec import Array, KineticSpec, Parameter, Variable

_CHOSEN = "chosen: a 14-day batch inside the industrial windows (see module docstring)"
_XING = "magnitude as in Xing et al. 2010, Biotechnol. Prog. 26:208"
_AMRIBT = "magnitude as in Amribt et al. 2013, Biochem. Eng. J. 70:196"
_RECIPE = "composition of the feed, from its recipe"

SPEC = KineticSpec(
    id="cho-fedbatch",
    version="1",
    title="CHO fed-batch with monoclonal antibody",
    states=(
        Variable("vcd", "1e6/mL", 0.0, 40.0, 10.0, "viable cell density"),
        Variable("dead", "1e6/mL", 0.0, 30.0, 2.0, "dead cells not yet lysed"),
        Variable("glc", "mmol/L", 0.0, 120.0, 25.0, "glucose"),
        Variable("gln", "mmol/L", 0.0, 20.0, 2.0, "glutamine"),
        Variable("lac", "mmol/L", 0.0, 80.0, 15.0, "lactate"),
        Variable("nh4", "mmol/L", 0.0, 20.0, 4.0, "ammonia and ammonium"),
        Variable("igg", "g/L", 0.0, 12.0, 3.0, "monoclonal antibody"),
        Variable("salt", "mmol/L", 0.0, 500.0, 220.0, "osmoles besides the named species"),
        Variable("igg_made", "g", 0.0, 30000.0, 5000.0, "antibody formed so far"),
        Variable("ivcd", "1e6/mL", 0.0, 400.0, 120.0, "integral of viable cells, in 1e6/mL times days"),
        Variable("volume", "L", 0.0, 2000.0, 1500.0, "broth volume"),
        Variable("aa", "mmol/L", 0.0, 200.0, 40.0, "amino acids, lumped"),
    ),
    inputs=(
        Variable("feed_f2", "L/h", 0.0, 60.0, 2.0, "nutrient feed F2"),
        Variable("feed_glc", "L/h", 0.0, 40.0, 1.0, "glucose feed"),
        Variable("feed_base", "L/h", 0.0, 30.0, 0.1, "base"),
        Variable("draw", "L/h", 0.0, 2000.0, 0.1, "broth taken out"),
        Variable("temperature", "degC", 28.0, 40.0, 36.8, "broth temperature"),
        Variable("ph", "1", 6.4, 7.6, 7.0, "broth pH"),
        Variable("dissolved_oxygen", "%", 0.0, 200.0, 40.0, "dissolved oxygen, of air saturation"),
    ),
    outputs=(
        Variable("vcd", "1e6/mL", 0.0, 40.0, 10.0, "viable cell density"),
        Variable("viability", "%", 0.0, 100.0, 90.0, "viability"),
        Variable("glucose", "g/L", 0.0, 20.0, 4.0, "glucose"),
        Variable("lactate", "g/L", 0.0, 8.0, 1.5, "lactate"),
        Variable("glutamine", "mmol/L", 0.0, 20.0, 2.0, "glutamine"),
        Variable("ammonia", "mmol/L", 0.0, 20.0, 4.0, "ammonia and ammonium"),
        Variable("osmolality", "mosm/kg", 200.0, 600.0, 320.0, "osmolality"),
        Variable("titre", "g/L", 0.0, 12.0, 3.0, "monoclonal antibody"),
        Variable("our", "mmol/(L.h)", 0.0, 15.0, 4.0, "oxygen uptake rate"),
        Variable("volume", "L", 0.0, 2000.0, 1500.0, "broth volume"),
    ),
    parameters=(
        Parameter("mu_max", 0.0445, "1/h", 0.10, _XING + " (0.029); doubling in 20 h in fresh medium"),
        Parameter("k_glc", 0.5, "mmol/L", 0.0, _AMRIBT),
        Parameter("k_gln", 0.12, "mmol/L", 0.0, _XING + " (0.04 to 0.4)"),
        Parameter(
            "phi_gln",
            0.75,
            "1",
            0.0,
            "growth left without glutamine (glutamine synthetase active); " + _CHOSEN,
        ),
        Parameter("k_aa", 12.0, "mmol/L", 0.0, _CHOSEN),
        Parameter("ki_lac", 90.0, "mmol/L", 0.0, _XING + " (43; tolerant line)"),
        Parameter("ki_nh4", 25.0, "mmol/L", 0.0, _XING + " (6.5; tolerant line)"),
        Parameter("osm_half", 430.0, "mosm/kg", 0.0, "growth halved near 430 mOsm/kg; " + _CHOSEN),
        Parameter("osm_width", 25.0, "mosm/kg", 0.0, _CHOSEN),
        Parameter("t_opt", 37.0, "degC", 0.0, "common cultivation temperature of CHO"),
        Parameter("t_width", 2.8, "degC", 0.0, "growth about halved at 34.7 degC; " + _CHOSEN),
        Parameter("t_qp_gain", 0.06, "1/degC", 0.0, "productivity gain below t_opt; " + _CHOSEN),
        Parameter("ph_opt", 7.0, "1", 0.0, "common set-point of CHO"),
        Parameter("ph_width", 0.35, "1", 0.0, _CHOSEN),
        Parameter("k_do", 4.0, "%", 0.0, "half saturation of respiration, of air saturation; " + _CHOSEN),
        Parameter("kd_0", 0.0004, "1/h", 0.15, _XING),
        Parameter("kd_aa", 0.004, "1/h", 0.15, _CHOSEN),
        Parameter("kd_glc", 0.02, "1/h", 0.0, _AMRIBT + " (mu_dmax 0.06)"),
        Parameter("kd_nh4", 0.0015, "1/h", 0.0, _CHOSEN),
        Parameter("kd_nh4_half", 12.0, "mmol/L", 0.0, _CHOSEN),
        Parameter("kd_osm", 0.01, "1/h", 0.0, _CHOSEN),
        Parameter("kd_age", 0.0012, "1/h", 0.15, "late decline with the integral of cells; " + _CHOSEN),
        Parameter(
            "age_half",
            150.0,
            "1e6/mL",
            0.0,
            "ivcd at which half of kd_age acts (1e6/mL times days); " + _CHOSEN,
        ),
        Parameter("k_lysis", 0.004, "1/h", 0.0, "lysis of dead cells, about 0.1 per day; " + _CHOSEN),
        Parameter(
            "q_glc_growth",
            0.15,
            "mmol/(L.h)",
            0.10,
            "pmol/(cell.h); CHO takes 2 to 6 pmol/(cell.d) in growth",
        ),
        Parameter(
            "q_glc_maint",
            0.03,
            "mmol/(L.h)",
            0.10,
            "pmol/(cell.h); about 1 pmol/(cell.d) in stationary phase",
        ),
        Parameter(
            "q_glc_ox",
            0.07,
            "mmol/(L.h)",
            0.10,
            "pmol/(cell.h) that can be oxidised; the rest overflows; " + _CHOSEN,
        ),
        Parameter("y_lac_glc", 1.6, "1", 0.0, "mol lactate per mol overflowing glucose, at most 2"),
        Parameter(
            "q_lac_max", 0.018, "mmol/(L.h)", 0.10, "pmol/(cell.h); late lactate consumption; " + _CHOSEN
        ),
        Parameter("k_lac", 4.0, "mmol/L", 0.0, _CHOSEN),
        Parameter("q_gln_growth", 0.022, "mmol/(L.h)", 0.10, _XING + ", pmol/(cell.h)"),
        Parameter("q_gln_maint", 0.003, "mmol/(L.h)", 0.0, _CHOSEN + ", pmol/(cell.h)"),
        Parameter("k_gln_decay", 0.0035, "1/h", 0.0, "chemical decay at 37 degC, " + _XING + " (0.0072)"),
        Parameter(
            "aa_growth", 1.9, "mmol/L", 0.08, "mmol per 1e9 cells: 350 pg dry mass, 60 % protein, 0.11 g/mmol"
        ),
        Parameter(
            "aa_maint", 0.013, "mmol/(L.h)", 0.10, "pmol/(cell.h); catabolism and turnover; " + _CHOSEN
        ),
        Parameter("aa_igg", 0.0091, "mmol/g", 0.0, "mmol per mg product: 1/(0.11 g/mmol)"),
        Parameter("y_nh4_gln", 0.75, "1", 0.08, _XING),
        Parameter("y_nh4_aa", 0.22, "1", 0.0, _CHOSEN),
        Parameter(
            "q_nh4_max", 0.0025, "mmol/(L.h)", 0.0, "pmol/(cell.h); re-use when glutamine is gone; " + _CHOSEN
        ),
        Parameter(
            "qp_max",
            2.25,
            "1",
            0.10,
            "pg/(cell.h); in effect 20 to 35 pg/(cell.d); industry 20 to 50",
        ),
        Parameter("k_aa_igg", 14.0, "mmol/L", 0.0, _CHOSEN),
        Parameter("g_qp", 0.55, "1", 0.0, "share of productivity lost at full growth; " + _CHOSEN),
        Parameter("q_o2_maint", 0.20, "mmol/(L.h)", 0.06, "pmol/(cell.h); CHO 0.15 to 0.35"),
        Parameter("q_o2_growth", 0.10, "mmol/(L.h)", 0.06, "pmol/(cell.h) more at full growth"),
        Parameter("f2_glc", 220.0, "mmol/L", 0.0, _RECIPE),
        Parameter("f2_gln", 22.0, "mmol/L", 0.0, _RECIPE),
        Parameter("f2_aa", 450.0, "mmol/L", 0.0, _RECIPE),
        Parameter("f2_salt", 300.0, "mmol/L", 0.0, _RECIPE),
        Parameter("fg_glc", 2500.0, "mmol/L", 0.0, "450 g/L glucose"),
        Parameter("base_na", 1000.0, "mmol/L", 0.0, "1 mol/L sodium as carbonate"),
        Parameter(
            "ki_ivcd",
            66.0,
            "1e6/mL",
            0.10,
            "ivcd that halves growth (1e6/mL times days): by-products of amino acids accumulate with it "
            "(Mulukutla et al. 2017, Biotechnol. Bioeng. 114:1779); " + _CHOSEN,
        ),
    ),
    validity=(
        "suspension CHO, 14 to 17 days, 32 to 38 degC, pH 6.7 to 7.3, dissolved oxygen above 10 %, "
        "osmolality below 480 mosm/kg, viable cells below 40e6/mL"
    ),
)


def rhs(t: float, x: Array, u: Array, p: Array) -> Array:
    """Time derivative of the state; see the module docstring for the meaning of each position.

    Args:
        t: time in h (the model is autonomous).
        x: 12 states.
        u: 7 inputs.
        p: parameters in the order of ``SPEC.parameters``.

    Returns:
        dx/dt, per hour.

    Example:
        >>> dx = rhs(0.0, initial_state(1400.0), inputs(), SPEC.defaults())
        >>> bool(dx[0] > 0)
        True
    """
    xv = max(x[0], 0.0)
    xd = max(x[1], 0.0)
    glc = max(x[2], 0.0)
    gln = max(x[3], 0.0)
    lac = max(x[4], 0.0)
    nh4 = max(x[5], 0.0)
    igg = max(x[6], 0.0)
    salt = max(x[7], 0.0)
    ivcd = max(x[9], 0.0)
    volume = max(x[10], 1e-3)
    aa = max(x[11], 0.0)
    f2, fg, fb, draw = u[0], u[1], u[2], u[3]
    temperature, ph, oxygen = u[4], u[5], max(u[6], 0.0)

    m_glc = glc / (p[1] + glc)
    m_gln = gln / (p[2] + gln)
    m_aa = aa / (p[4] + aa)
    osmolality = salt + glc + gln + lac + nh4 + aa
    i_osm = 0.5 * (1.0 - math.tanh((osmolality - p[7]) / (2.0 * p[8])))
    f_t = math.exp(-(((temperature - p[9]) / p[10]) ** 2))
    f_ph = math.exp(-(((ph - p[12]) / p[13]) ** 2))
    f_do = oxygen / (p[14] + oxygen)
    f_tp = 1.0 + p[11] * (p[9] - temperature)
    f_tp = min(max(f_tp, 0.5), 1.4)

    limit = m_glc * (p[3] + (1.0 - p[3]) * m_gln) * m_aa
    i_ivcd = 1.0 / (1.0 + (ivcd / p[50]) ** 2)
    inhibit = p[5] / (p[5] + lac) * p[6] / (p[6] + nh4) * i_osm * i_ivcd
    growth = limit * inhibit * f_t * f_ph * f_do
    mu = p[0] * growth

    age = ivcd * ivcd / (p[22] * p[22] + ivcd * ivcd)
    kd = (
        p[15]
        + p[16] * (1.0 - m_aa) ** 2
        + p[17] * (1.0 - m_glc)
        + p[18] * nh4 * nh4 / (p[19] * p[19] + nh4 * nh4)
        + p[20] * 0.5 * (1.0 + math.tanh((osmolality - 470.0) / 30.0))
        + p[21] * age
        + 0.03 * (1.0 - f_do) ** 2
        + 0.01 * (1.0 - f_ph)
    )

    q_glc = (p[24] * growth + p[25]) * m_glc
    excess = q_glc - p[26]
    width = 0.008
    overflow = 0.5 * (excess + math.sqrt(excess * excess + width * width)) * m_glc
    slow = 1.0 - growth
    q_lac = p[27] * overflow - p[28] * lac / (p[29] + lac) * slow * slow * f_do
    q_gln = (p[30] * growth + p[31]) * m_gln
    q_p = p[39] * aa / (p[40] + aa) * m_glc * (1.0 - p[41] * growth) * f_tp * f_ph * f_do
    q_aa = p[33] * mu + p[34] * m_aa + p[35] * q_p
    q_nh4 = p[36] * q_gln + p[37] * p[34] * m_aa - p[38] * nh4 / (0.5 + nh4) * (1.0 - m_gln)

    dilution = (f2 + fg + fb) / volume
    dx = np.empty(12)
    dx[0] = (mu - kd) * xv - dilution * x[0]
    dx[1] = kd * xv - p[23] * xd - dilution * x[1]
    dx[2] = -q_glc * xv + (f2 * p[44] + fg * p[48]) / volume - dilution * x[2]
    dx[3] = -q_gln * xv - p[32] * gln + f2 * p[45] / volume - dilution * x[3]
    dx[4] = q_lac * xv - dilution * x[4]
    dx[5] = q_nh4 * xv + p[32] * gln - dilution * x[5]
    dx[6] = q_p * 1e-3 * xv - dilution * igg
    dx[7] = (f2 * p[47] + fb * p[49]) / volume - dilution * x[7]
    dx[8] = q_p * 1e-3 * xv * volume
    dx[9] = xv / 24.0
    dx[10] = f2 + fg + fb - draw
    dx[11] = -q_aa * xv + f2 * p[46] / volume - dilution * x[11]
    return dx


def outputs(x: Array, u: Array, p: Array) -> Array:
    """What instruments would read without error; see the module docstring.

    Args:
        x: 12 states.
        u: 7 inputs.
        p: parameters.

    Returns:
        10 outputs in the order of ``SPEC.outputs``.
    """
    xv = max(x[0], 0.0)
    xd = max(x[1], 0.0)
    glc = max(x[2], 0.0)
    gln = max(x[3], 0.0)
    lac = max(x[4], 0.0)
    nh4 = max(x[5], 0.0)
    aa = max(x[11], 0.0)
    osmolality = max(x[7], 0.0) + glc + gln + lac + nh4 + aa
    limit = glc / (p[1] + glc) * (p[3] + (1.0 - p[3]) * gln / (p[2] + gln)) * aa / (p[4] + aa)
    i_osm = 0.5 * (1.0 - math.tanh((osmolality - p[7]) / (2.0 * p[8])))
    i_ivcd = 1.0 / (1.0 + (max(x[9], 0.0) / p[50]) ** 2)
    inhibit = p[5] / (p[5] + lac) * p[6] / (p[6] + nh4) * i_osm * i_ivcd
    f_t = math.exp(-(((u[4] - p[9]) / p[10]) ** 2))
    f_ph = math.exp(-(((u[5] - p[12]) / p[13]) ** 2))
    oxygen = max(u[6], 0.0)
    f_do = oxygen / (p[14] + oxygen)
    growth = limit * inhibit * f_t * f_ph * f_do
    y = np.empty(10)
    y[0] = xv
    y[1] = 100.0 * (xv + 1e-9) / (xv + xd + 1e-9)
    y[2] = glc * 0.180156
    y[3] = lac * 0.090078
    y[4] = gln
    y[5] = nh4
    y[6] = osmolality
    y[7] = max(x[6], 0.0)
    y[8] = (p[42] + p[43] * growth) * f_do * xv
    y[9] = x[10]
    return y


def initial_state(
    volume: float,
    *,
    vcd: float = 1.0,
    viability: float = 97.0,
    glc: float = 42.0,
    gln: float = 6.0,
    lac: float = 1.5,
    nh4: float = 0.8,
    aa: float = 55.0,
    osmolality: float = 295.0,
) -> Array:
    """State just after inoculation.

    Args:
        volume: broth in L.
        vcd: viable cells in 1e6/mL.
        viability: in %.
        glc, gln, lac, nh4, aa: mmol/L.
        osmolality: mosm/kg; what the named species do not explain becomes ``salt``.

    Returns:
        12 states.
    """
    dead = vcd * (100.0 / viability - 1.0)
    salt = osmolality - glc - gln - lac - nh4 - aa
    return np.array([vcd, dead, glc, gln, lac, nh4, 0.0, salt, 0.0, 0.0, volume, aa])


def inputs(
    *,
    feed_f2: float = 0.0,
    feed_glc: float = 0.0,
    feed_base: float = 0.0,
    draw: float = 0.0,
    temperature: float = 36.8,
    ph: float = 7.0,
    dissolved_oxygen: float = 40.0,
) -> Array:
    """Input vector by name; units as in ``SPEC.inputs``."""
    return np.array([feed_f2, feed_glc, feed_base, draw, temperature, ph, dissolved_oxygen])
