//! The loop: engine on one side, operating system on the other. Only this file and `listen.rs`, which
//! sends nothing, know both.

use std::io::Write;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use daicho_shared::batch::{AgentInterface, End, FORMAT, Header, Record, Sent, VERSION, write_record};
use daicho_shared::id::{ProbeName, RunId};
use daicho_shared::knowledge::guesses::{self, Guesses};
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use crate::edge::clock::Clock;
use crate::edge::held::HeldPorts;
use crate::edge::link::{self, Arrival, LinkSender};
use crate::edge::pcap::Recorder;
use crate::edge::{echo::Pinger, interfaces, snmp, tcp, udp};
use crate::engine::{Action, Ending, Engine, Job, Progress};
use crate::plan::{ANSWER_WAIT, Plan};
use crate::preview::{self, Preview};
use crate::probe::Question;
use crate::scope::Gate;
use crate::settings::Settings;

/// What a run needs besides its settings.
pub struct Options<W> {
    /// Where the batch goes.
    pub output: W,
    /// A capture file for everything that is sent and comes in.
    pub pcap: Option<PathBuf>,
    /// Called now and then.
    pub progress: Box<dyn FnMut(Progress)>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Everything planned was asked.
    pub complete: bool,
    /// Why not.
    pub reason: Option<String>,
    /// Devices found.
    pub devices: usize,
    /// How long it took.
    pub took: Duration,
    /// For how long of this a question waited for the total pace.
    pub held: Duration,
}

/// What a run would send; nothing is sent.
pub fn preview(settings: &Settings) -> anyhow::Result<Preview> {
    let rules = settings.rules()?;
    let plan = plan(settings, &interfaces::list(), &rules.networks);
    let budgets = (rules.device_budget, rules.fragile_budget);
    Ok(preview::preview(&plan, &rules.networks, rules.rate, budgets))
}

/// Runs to the end, to a signal, or to the stop file.
pub fn run<W: Write>(settings: &Settings, options: Options<W>) -> anyhow::Result<Ended> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no async runtime")?;
    let ended = runtime.block_on(async { Runner::start(settings, options)?.run().await });
    runtime.shutdown_background();
    ended
}

struct Runner<W> {
    clock: Clock,
    engine: Engine,
    output: W,
    links: Vec<LinkSender>,
    arrivals: mpsc::Receiver<Arrival>,
    ended: mpsc::UnboundedReceiver<(Job, Ending)>,
    tools: Arc<Tools>,
    recorder: Recorder,
    _held: HeldPorts,
    stop_file: Option<PathBuf>,
    progress: Box<dyn FnMut(Progress)>,
    give_up: watch::Sender<bool>,
}

/// What a question on its way needs.
struct Tools {
    pinger: Pinger,
    snmp: snmp::Reader,
    ended: mpsc::UnboundedSender<(Job, Ending)>,
    give_up: watch::Receiver<bool>,
}

/// After a stop, questions under way are given up within this time.
const GIVE_UP_WAIT: Duration = Duration::from_millis(300);
/// The stop file is looked for, and progress told, this often.
const HOUSEKEEPING: Duration = Duration::from_millis(200);
/// Frames that are read before the engine is asked again.
const AT_ONCE: usize = 256;

impl<W: Write> Runner<W> {
    /// Opens everything. Sockets want a running reactor.
    fn start(settings: &Settings, options: Options<W>) -> anyhow::Result<Self> {
        let rules = settings.rules()?;
        let interfaces = interfaces::list();
        keep_to_interface(settings)?;
        let mut plan = plan(settings, &interfaces, &rules.networks);
        let clock = Clock::start();
        let record = |path| Recorder::create(path, clock);
        let recorder = options.pcap.as_deref().map(record).transpose().context("--pcap")?.unwrap_or_default();
        let (arrived, arrivals) = mpsc::channel(link::QUEUE);
        let held = HeldPorts::hold();
        for link in &mut plan.links {
            link.held.clone_from(held.ports());
        }
        let opened = plan.links.iter().enumerate();
        let links = opened
            .map(|(index, on)| link::open(&on.interface, index, arrived.clone(), recorder.clone()))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let gateways = gateways(&interfaces, &plan);
        let mut output = options.output;
        let profile = settings.pace.profile.as_str();
        write_record(&mut output, &Record::Header(header(settings, clock.started, profile, interfaces)))?;
        let (tell, ended) = mpsc::unbounded_channel();
        let (give_up, giving_up) = watch::channel(false);
        let snmp = snmp::Reader::new(&settings.snmp)?;
        let tools = Arc::new(Tools { pinger: Pinger::new(), snmp, ended: tell, give_up: giving_up });
        Ok(Self {
            engine: Engine::new(plan, Gate::new(rules), clock.started, &gateways),
            clock,
            output,
            links,
            arrivals,
            ended,
            tools,
            recorder,
            _held: held,
            stop_file: settings.stop_file.clone(),
            progress: options.progress,
            give_up,
        })
    }

    async fn run(mut self) -> anyhow::Result<Ended> {
        let mut signals = Signals::listen()?;
        let mut next_look = Duration::ZERO;
        loop {
            if self.clock.now() >= next_look {
                next_look = self.clock.now() + HOUSEKEEPING;
                self.look_around()?;
            }
            self.take_in();
            match self.engine.poll(self.clock.now()) {
                Action::Transmit { mut permit, link, frame } => {
                    if let Err(error) = self.links[link].send(&mut permit, &frame) {
                        self.engine.trouble(self.clock.now(), "link", &error.to_string());
                    }
                    self.engine.sent(self.clock.now(), permit);
                }
                Action::Ask(job) => drop(tokio::spawn(put(job, self.tools.clone()))),
                Action::Wait(until) => self.wait(until.min(next_look), &mut signals).await,
                Action::Finished => break,
            }
            self.write_out()?;
            tokio::task::yield_now().await;
        }
        self.finish().await
    }

    /// Everything that is there already, without waiting.
    fn take_in(&mut self) {
        for _ in 0..AT_ONCE {
            let Ok((link, frame)) = self.arrivals.try_recv() else { break };
            self.engine.hear(self.clock.now(), link, &frame);
        }
        while let Ok((job, ending)) = self.ended.try_recv() {
            self.engine.done(self.clock.now(), job, ending);
        }
    }

    async fn wait(&mut self, until: Duration, signals: &mut Signals) {
        tokio::select! {
            biased;
            reason = signals.next() => self.engine.stop(reason),
            Some((job, ending)) = self.ended.recv() => self.engine.done(self.clock.now(), job, ending),
            Some((link, frame)) = self.arrivals.recv() => self.engine.hear(self.clock.now(), link, &frame),
            () = tokio::time::sleep_until(self.clock.instant(until)) => {}
        }
    }

    fn look_around(&mut self) -> std::io::Result<()> {
        if self.stop_file.as_ref().is_some_and(|path| path.exists()) {
            self.engine.stop("stop file");
        }
        (self.progress)(self.engine.progress());
        self.output.flush()
    }

    fn write_out(&mut self) -> std::io::Result<()> {
        for observation in self.engine.take_observations() {
            write_record(&mut self.output, &Record::Observation(observation))?;
        }
        Ok(())
    }

    /// Questions under way are given up, and what they sent is still counted.
    async fn finish(mut self) -> anyhow::Result<Ended> {
        let _ = self.give_up.send(true);
        let deadline = tokio::time::Instant::now() + GIVE_UP_WAIT;
        while self.engine.under_way() > 0 {
            let Ok(Some((job, ending))) = tokio::time::timeout_at(deadline, self.ended.recv()).await else { break };
            self.engine.done(self.clock.now(), job, ending);
        }
        let dropped: u64 = self.links.iter().map(LinkSender::dropped).sum();
        if dropped > 0 {
            self.engine.trouble(
                self.clock.now(),
                "link",
                &format!("{dropped} frames came in faster than they could be read"),
            );
        }
        self.write_out()?;
        self.write_end()
    }

    fn write_end(&mut self) -> anyhow::Result<Ended> {
        for (target, probe, tally) in self.engine.tallies() {
            let sent = Sent {
                address: target.address,
                mac: target.mac,
                probe: ProbeName::from(probe),
                packets: tally.packets,
                first: self.clock.started + tally.first,
                last: self.clock.started + tally.last,
            };
            write_record(&mut self.output, &Record::Sent(sent))?;
        }
        for coverage in self.engine.coverage() {
            write_record(&mut self.output, &Record::Coverage(coverage))?;
        }
        for trouble in self.engine.troubles() {
            write_record(&mut self.output, &Record::Trouble(trouble.clone()))?;
        }
        let reason = self.engine.stopped().map(str::to_owned);
        let took = self.clock.now();
        let finished = self.clock.started + took;
        let end = End { finished, complete: reason.is_none(), reason: reason.clone() };
        write_record(&mut self.output, &Record::End(end))?;
        self.output.flush()?;
        self.recorder.flush()?;
        let devices = self.engine.progress().devices;
        Ok(Ended { complete: reason.is_none(), reason, devices, took, held: self.engine.held() })
    }
}

/// Puts one question, and tells how it ended. A conversation that is given up takes its leave by itself.
async fn put(mut job: Job, tools: Arc<Tools>) {
    let mut give_up = tools.give_up.clone();
    let takes_leave = matches!(job.question, Question::Stream { .. });
    let ending = tokio::select! {
        biased;
        ending = ask(&mut job, &tools) => ending,
        Ok(_) = give_up.wait_for(|given_up| *given_up), if !takes_leave => Ending::Silence,
    };
    // The receiver is gone only when the run is over.
    let _ = tools.ended.send((job, ending));
}

async fn ask(job: &mut Job, tools: &Tools) -> Ending {
    let permit = &mut job.permit;
    match &mut job.question {
        Question::Frame { .. } | Question::Exchange { .. } => {
            Ending::Failed("a frame is not a conversation".to_owned())
        }
        Question::Echo => tools.pinger.ask(permit).await,
        Question::Connect { port } => tcp::connect(permit, *port).await,
        Question::Stream { port, security, dialogue } => {
            tcp::talk(permit, (*port, *security), dialogue.as_mut(), tools.give_up.clone()).await
        }
        Question::Datagram { port, payload, wait } => udp::ask(permit, *port, payload, *wait).await,
        Question::Multicast { group, payload, wait } => udp::ask_group(permit, *group, payload, *wait).await,
        Question::Resolve { payload } => udp::ask(permit, 53, payload, ANSWER_WAIT).await,
        Question::Snmp { read } => tools.snmp.read(permit, read).await,
    }
}

/// SIGTERM, Ctrl-C and a closed terminal.
pub(crate) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

impl Signals {
    pub(crate) fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Which of them came, in English.
    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "interrupted",
            _ = self.terminate.recv() => "terminated",
            _ = self.hang_up.recv() => "terminal closed",
        }
    }
}

fn plan(settings: &Settings, interfaces: &[AgentInterface], networks: &crate::scope::Networks) -> Plan {
    let links = interfaces::links(interfaces, settings.scope.interface.as_deref());
    let mut plan = Plan::new(networks, links, settings.pace.profile);
    plan.resolver = settings.resolver.address;
    plan.presence_only = settings.pace.presence_only;
    plan.setup.dicom = settings.dicom.titles();
    plan.setup.uplink = settings.uplink.setup();
    if settings.uplink.search && !settings.pace.presence_only {
        plan.guesses = Guesses::new(guesses::builtin(), &settings.uplink.networks);
    }
    plan.seed = Uuid::now_v7().as_u64_pair().1;
    plan.snmp = !settings.snmp.communities.is_empty() || !settings.snmp.user.is_empty();
    plan
}

/// Where an interface is named, nothing leaves by another one, whatever the machine's routes say.
fn keep_to_interface(settings: &Settings) -> anyhow::Result<()> {
    let Some(named) = &settings.scope.interface else { return Ok(()) };
    for network in &settings.scope.networks {
        let Some(address) = network.hosts().next() else { continue };
        let Some(way) = interfaces::towards(address).filter(|way| way != named) else { continue };
        anyhow::bail!(
            "{network} へのパケットは、指定されたLAN端子 {named} ではなく {way} から出てしまうため、何も送らずに中止しました。[scope] の interface、networks と、この機械の経路表を確かめてください。\n\
             packets to {network} would leave by {way} and not by {named}, which was named: nothing was sent. Check interface and networks in [scope], and this machine's routes."
        );
    }
    Ok(())
}

fn gateways(interfaces: &[AgentInterface], plan: &Plan) -> Vec<(String, IpAddr)> {
    let used = interfaces.iter().filter(|it| plan.links.iter().any(|link| link.interface == it.name));
    used.flat_map(|it| it.gateways.iter().map(|gateway| (it.name.clone(), *gateway))).collect()
}

/// The first line of a batch.
pub(crate) fn header(
    settings: &Settings,
    started: Timestamp,
    profile: &str,
    interfaces: Vec<AgentInterface>,
) -> Header {
    Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        run: RunId(Uuid::now_v7().to_string()),
        agent: env!("CARGO_PKG_VERSION").to_owned(),
        host: interfaces::host_name(),
        started,
        scope: settings.scope.networks.clone(),
        exclude: settings.scope.exclude.clone(),
        profile: profile.to_owned(),
        interfaces,
    }
}
