import { Tabs } from "@mantine/core";
import { t } from "../../i18n";
import { PageHead } from "../../parts/Panel";
import { useView } from "../../parts/view";
import { Channels } from "./Channels";
import { Overlay } from "./Overlay";
import { Spectra } from "./Spectra";

/** Time series looked at freely: what to look at stands in the address. */
export default function Trends() {
  const [tab, setTab] = useView("tab");
  return (
    <>
      <PageHead title={t("trends.title")} sub={t("trends.sub")} />
      <Tabs value={tab ?? "channels"} onChange={(v) => setTab(v === "channels" ? undefined : (v ?? undefined))} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="channels">{t("trends.channels")}</Tabs.Tab>
          <Tabs.Tab value="overlay">{t("trends.overlay")}</Tabs.Tab>
          <Tabs.Tab value="spectra">{t("trends.spectra")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="channels">
          <Channels />
        </Tabs.Panel>
        <Tabs.Panel value="overlay">
          <Overlay />
        </Tabs.Panel>
        <Tabs.Panel value="spectra">
          <Spectra />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
