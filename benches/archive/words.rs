//! Words of two languages, and sentences about a mill that never was.

use crate::archive::random::Random;

/// A language that articles are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tongue {
    /// Chinese in simplified characters.
    Chinese,
    /// English.
    English,
}

impl Tongue {
    /// Makes a sentence with its full stop, and a blank after it where the language has blanks.
    pub(crate) fn sentence(self, random: &mut Random) -> String {
        match self {
            Self::Chinese => chinese(random),
            Self::English => english(random),
        }
    }

    /// Makes a title.
    pub(crate) fn title(self, random: &mut Random) -> String {
        match self {
            Self::Chinese => {
                format!("{}{}{}", random.pick(&PLACES), random.pick(&WHO), random.pick(&DID))
            }
            Self::English => {
                format!("{} {} {}", random.pick(&PEOPLE), random.pick(&VERBS), random.pick(&THINGS))
            }
        }
    }

    /// Makes the name of a person.
    pub(crate) fn name(self, random: &mut Random) -> String {
        match self {
            Self::Chinese => format!("{}{}", random.pick(&FAMILIES), random.pick(&GIVEN)),
            Self::English => format!("{} {}", random.pick(&FIRST), random.pick(&LAST)),
        }
    }
}

/// Makes a Chinese sentence of 20 to 45 characters.
fn chinese(random: &mut Random) -> String {
    let quoted = random.one_in(6);
    let (when, place, who) = (random.pick(&WHEN), random.pick(&PLACES), random.pick(&WHO));
    let (did, so) = (random.pick(&DID), random.pick(&SO));
    if quoted {
        format!("{who}{when}说：“{place}的情况{so}，我们会继续{did}。”")
    } else {
        format!("{when}，{place}{who}{did}，{so}。")
    }
}

/// Makes an English sentence of 10 to 20 words.
fn english(random: &mut Random) -> String {
    let (people, verb, thing) = (random.pick(&PEOPLE), random.pick(&VERBS), random.pick(&THINGS));
    let (place, because) = (random.pick(&TOWNS), random.pick(&BECAUSE));
    if random.one_in(6) {
        format!("“{people} {verb} {thing},” a voice in {place} said, {because}. ")
    } else {
        format!("{people} in {place} {verb} {thing} this week, {because}. ")
    }
}

const WHEN: [&str; 10] = [
    "周一上午",
    "上个月",
    "五月初",
    "星期四晚间",
    "过去三年里",
    "大雨之后",
    "天亮以前",
    "集市那天",
    "秋收时节",
    "今年春天",
];
const PLACES: [&str; 10] = [
    "河边小镇",
    "北山村",
    "南湖码头",
    "旧城区",
    "石桥镇",
    "东岭",
    "白沙湾",
    "西门外",
    "柳树沟",
    "青石巷",
];
const WHO: [&str; 10] = [
    "磨坊主人",
    "面包师傅",
    "合作社",
    "图书馆员",
    "渡船工人",
    "小学老师",
    "种麦农户",
    "修桥队",
    "气象站",
    "邮递员",
];
const DID: [&str; 12] = [
    "修好了老水车",
    "公布了新的面粉价格",
    "讨论如何保护河堤",
    "把旧仓库改成展览馆",
    "种下三百棵槐树",
    "邀请邻村一起过节",
    "统计今年的小麦产量",
    "开放了新的渡口",
    "整理了百年前的账本",
    "给孩子们上烘焙课",
    "检查每一台磨面机",
    "发布了本季工作报告",
];
const SO: [&str; 10] = [
    "居民普遍表示满意",
    "这比去年多了两成",
    "结果还要等到月底才知道",
    "许多人因此改变了计划",
    "费用由大家共同承担",
    "没有人因此受伤",
    "明年还会继续",
    "消息很快传遍了全镇",
    "专家认为仍需观察",
    "参加的人比预计的多",
];
const FAMILIES: [&str; 8] = ["麦", "石", "柳", "江", "田", "米", "桥", "林"];
const GIVEN: [&str; 8] = ["小禾", "大川", "一鸣", "春雨", "青山", "文麦", "思远", "晓风"];

const PEOPLE: [&str; 10] = [
    "The miller",
    "Two bakers",
    "The river council",
    "A school teacher",
    "The ferry crew",
    "Farmers",
    "The librarian",
    "Bridge builders",
    "The weather office",
    "A young apprentice",
];
const VERBS: [&str; 10] = [
    "repaired",
    "counted",
    "opened",
    "painted",
    "weighed",
    "found",
    "praised",
    "measured",
    "sold",
    "described",
];
const THINGS: [&str; 12] = [
    "the old water wheel",
    "three hundred sacks of flour",
    "a new landing for boats",
    "the ledger of a hundred years",
    "every loaf on the market",
    "the dam above the village",
    "a forgotten recipe for rye bread",
    "the longest table in the valley",
    "twelve kinds of wheat",
    "the stones of the lower mill",
    "a map of the river",
    "the first harvest of the year",
];
const TOWNS: [&str; 8] = [
    "Lower Sluice",
    "Northfield",
    "Stonebridge",
    "Eastbank",
    "Old Harbour",
    "Willow Ditch",
    "Millbrook",
    "Saltmarsh",
];
const BECAUSE: [&str; 10] = [
    "which surprised nobody who had seen the rain",
    "and the town paid for it together",
    "a fifth more than the year before",
    "although the wind had been against them",
    "so that the children could watch",
    "and nobody was hurt",
    "while the church bell rang for noon",
    "as their grandparents had done",
    "but the result will be known only next month",
    "to the joy of everyone on the bank",
];
const FIRST: [&str; 8] = ["Ann", "Bela", "Cora", "Dan", "Edda", "Finn", "Greta", "Hugo"];
const LAST: [&str; 8] =
    ["Miller", "Baker", "Ferry", "Stone", "Rivers", "Wheatley", "Salter", "Bridges"];
